// Asks the router at the address given as Apollo Client does, with automatic persisted queries over POST and GET, and
// with the ids of a manifest. It prints what every request was, and the data it got.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [, , modules, url, manifestFile] = process.argv
const require = createRequire(pathToFileURL(modules + '/package.json'))
const load = (name) => import(pathToFileURL(require.resolve(name)).href)
const { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } = await load('@apollo/client')
const { PersistedQueryLink } = await load('@apollo/client/link/persisted-queries')

const sha256 = (text) => createHash('sha256').update(text).digest('hex')
const seen = []
const watched = async (uri, options) => {
  const sent = options.method === 'GET'
    ? Object.fromEntries(new URL(uri).searchParams) : JSON.parse(options.body)
  seen.push(`${options.method} ${sent.query ? 'document' : 'id'}`)
  return fetch(uri, options)
}
const ask = async (link, query) => {
  const client = new ApolloClient({ link, cache: new InMemoryCache() })
  const { data } = await client.query({ query, fetchPolicy: 'network-only' })
  return data.person.name
}
const chain = (options) => ApolloLink.from([
  new PersistedQueryLink(options), new HttpLink({ uri: url, fetch: watched }),
])
const out = {}
for (const [name, options] of Object.entries({
  post: { sha256 }, get: { sha256, useGETForHashedQueries: true },
})) {
  const query = gql(`query By_${name} { person(id: 1) { name } }`)
  seen.length = 0
  out[name] = { names: [await ask(chain(options), query), await ask(chain(options), query)], seen: [...seen] }
}
if (manifestFile) {
  const { operations } = JSON.parse(readFileSync(manifestFile, 'utf8'))
  seen.length = 0
  const generateHash = (document) => {
    const name = document.definitions.find((d) => d.kind === 'OperationDefinition').name.value
    return operations.find((o) => o.name === name).id
  }
  out.manifest = { names: [await ask(chain({ generateHash }), gql`query Ada { person(id: 1) { name } }`)], seen: [...seen] }
}
console.log(JSON.stringify(out))
