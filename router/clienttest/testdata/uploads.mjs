// Sends files with the upload link, and two queries in one request with the batch link: node uploads.mjs MODULES URL
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [modules, url] = process.argv.slice(2)
const require = createRequire(modules + '/node_modules/')
const load = (name) => import(pathToFileURL(require.resolve(name)).href)
const { ApolloClient, InMemoryCache, gql } = await load('@apollo/client')
const { BatchHttpLink } = await load('@apollo/client/link/batch-http')
const { default: UploadHttpLink } = await load('apollo-upload-client/UploadHttpLink.mjs')

const uploading = new ApolloClient({
  link: new UploadHttpLink({ uri: url, headers: { 'Apollo-Require-Preflight': 'true' } }), cache: new InMemoryCache(),
})
const file = (name, text) => new File([text], name, { type: 'text/plain' })
const one = await uploading.mutate({
  mutation: gql`mutation ($f: Upload!) { add(file: $f) }`, variables: { f: file('a.txt', 'A') },
})
const two = await uploading.mutate({
  mutation: gql`mutation ($f: [Upload!]!) { addAll(files: $f) }`, variables: { f: [file('a.txt', 'A'), file('b.txt', 'B')] },
})
let requests = 0
const counted = (uri, options) => {
  requests++
  return fetch(uri, options)
}
const batching = new ApolloClient({
  link: new BatchHttpLink({ uri: url, fetch: counted, batchInterval: 20 }), cache: new InMemoryCache(),
})
const answers = await Promise.all([
  batching.query({ query: gql`query A { photo }` }), batching.query({ query: gql`query B { note }` }),
  batching.query({ query: gql`query C { nothing }`, errorPolicy: 'all' }).catch(({ message }) => ({ error: { message } })),
])
console.log(JSON.stringify({
  one: one.data, two: two.data, requests,
  answers: answers.map(({ data, error }) => error ? error.message : data),
}))
