// Asks with Apollo Client for a part that comes later, and prints every result: node defer.mjs MODULES URL HANDLER
import { createRequire } from 'node:module'

const [modules, url, handler] = process.argv.slice(2)
const require = createRequire(modules + '/node_modules/')
const { ApolloClient, HttpLink, InMemoryCache, gql } = require('@apollo/client')
const handlers = require('@apollo/client/incremental')

const client = new ApolloClient({
  link: new HttpLink({ uri: url }), cache: new InMemoryCache(), incrementalHandler: new handlers[handler](),
})
const query = gql`{ person { name ... @defer { age } } }`
client.watchQuery({ query, notifyOnNetworkStatusChange: false }).subscribe({
  next({ data, error, loading, dataState }) {
    if (error) {
      console.error(error)
      process.exit(1)
    }
    if (!data || !data.person) return
    console.log(JSON.stringify(data))
    if (dataState === 'complete') process.exit(0)
  },
  error(error) {
    console.error(error)
    process.exit(1)
  },
})
