// Asks for a part that comes later, and prints every result: node defer.mjs MODULES URL HANDLER, where HANDLER is one of
// Apollo Client 4, or Apollo Client 3, or urql.
import { createRequire } from 'node:module'

const [modules, url, handler] = process.argv.slice(2)
const require = createRequire(modules + '/node_modules/')
if (handler === 'urql') {
  const { Client, cacheExchange, fetchExchange } = require('@urql/core')
  const client = new Client({ url, exchanges: [cacheExchange, fetchExchange], preferGetMethod: false })
  client.query('{ person { name ... @defer { age } } }', {}).subscribe(({ data, error, hasNext }) => {
    if (error) {
      console.error(error)
      process.exit(1)
    }
    const { __typename, ...rest } = data.person
    console.log(JSON.stringify({ person: { __typename, ...rest } }))
    if (!hasNext) process.exit(0)
  })
  await new Promise(() => {})
}

const older = handler === 'Apollo Client 3'
const { ApolloClient, HttpLink, InMemoryCache, gql } = require(older ? 'apollo-client-3/core' : '@apollo/client')
const incremental = older ? {} : { incrementalHandler: new (require('@apollo/client/incremental')[handler])() }

const client = new ApolloClient({ link: new HttpLink({ uri: url }), cache: new InMemoryCache(), ...incremental })
const query = gql`{ person { name ... @defer { age } } }`
client.watchQuery({ query, notifyOnNetworkStatusChange: false }).subscribe({
  next({ data, error, loading, dataState }) {
    if (error) {
      console.error(error)
      process.exit(1)
    }
    if (!data || !data.person) return
    const { __typename, ...rest } = data.person
    console.log(JSON.stringify({ person: { __typename, ...rest } }))
    if (older ? data.person.age : dataState === 'complete') process.exit(0)
  },
  error(error) {
    console.error(error)
    process.exit(1)
  },
})
