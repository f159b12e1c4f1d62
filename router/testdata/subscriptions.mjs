// Subscribes with real clients and prints what each got: node subscriptions.mjs MODULES URL CLIENT
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [modules, url, which] = process.argv.slice(2)
const require = createRequire(modules + '/node_modules/')
const query = 'subscription { tick { n product { upc name } } }'
const most = 3

const take = async (source) => {
  const got = []
  for await (const result of source) {
    got.push(result)
    if (got.length === most) break
  }
  return got
}

// urql asks over one transport: subscribes, and then sends a query.
const urql = async (options) => {
  const { Client } = require('@urql/core')
  const client = new Client({ url, preferGetMethod: false, ...options })
  const got = await new Promise((resolve, reject) => {
    const got = []
    const running = client.subscription(query, {}).subscribe(({ data, error }) => {
      if (error) return reject(error)
      got.push({ data })
      if (got.length === most) { running.unsubscribe(); resolve(got) }
    })
  })
  const { data } = await client.query('{ ping }', {}).toPromise()
  return [...got, { data }]
}

// apollo asks over multipart.
const apollo = async ({ ApolloClient, HttpLink, InMemoryCache, gql }) => {
  const client = new ApolloClient({
    link: new HttpLink({ uri: url, headers: { Authorization: 'apollo' } }), cache: new InMemoryCache({ addTypename: false }),
  })
  const plain = (value) => JSON.parse(JSON.stringify(value, (key, value) => key === '__typename' ? undefined : value))
  const got = await new Promise((resolve, reject) => {
    const got = []
    const running = client.subscribe({ query: gql(query) }).subscribe({
      next({ data, error }) {
        if (error) return reject(error)
        got.push({ data: plain(data) })
        if (got.length === most) { running.unsubscribe(); resolve(got) }
      },
      error: reject,
    })
  })
  const { data } = await client.query({ query: gql('{ ping }') })
  return [...got, { data: plain(data) }]
}

const clients = {
  async 'urql over WebSocket'() {
    const { fetchExchange, subscriptionExchange } = require('@urql/core')
    const socket = require('graphql-ws').createClient({
      url: url.replace('http', 'ws'), webSocketImpl: require('ws'), connectionParams: { Authorization: 'urql' },
    })
    return urql({
      exchanges: [
        fetchExchange,
        subscriptionExchange({
          forwardSubscription: ({ query, variables }) => ({
            subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
          }),
        }),
      ],
    })
  },
  async 'urql over SSE'() {
    const { fetchExchange } = require('@urql/core')
    // Its request is aborted when it unsubscribes, and it leaves that to nobody.
    process.on('unhandledRejection', (error) => { if (error.name !== 'AbortError') throw error })
    return urql({ exchanges: [fetchExchange], fetchSubscriptions: true, fetchOptions: { headers: { Authorization: 'urql' } } })
  },
  async 'graphql-ws'() {
    const { createClient } = require('graphql-ws')
    const client = createClient({
      url: url.replace('http', 'ws'), webSocketImpl: require('ws'), connectionParams: { Authorization: 'ws' },
    })
    const events = client.iterate({ query })
    const got = await take(events)
    const [answer] = await take(client.iterate({ query: '{ ping }' }))
    await client.dispose()
    return [...got, answer]
  },
  async 'graphql-sse'() {
    const { createClient } = require('graphql-sse')
    const client = createClient({ url, headers: { Authorization: 'sse' } })
    const got = await take(client.iterate({ query }))
    const [answer] = await take(client.iterate({ query: '{ ping }' }))
    client.dispose()
    return [...got, answer]
  },
  async 'subscriptions-transport-ws'() {
    const { SubscriptionClient } = require('subscriptions-transport-ws')
    const client = new SubscriptionClient(
      url.replace('http', 'ws'), { connectionParams: { Authorization: 'old' } }, require('ws'))
    const ask = (query, most) => new Promise((resolve, reject) => {
      const got = []
      const running = client.request({ query }).subscribe({
        next(result) {
          got.push(result)
          if (got.length === most) { running.unsubscribe(); resolve(got) }
        },
        error: reject,
      })
    })
    const got = await ask(query, most)
    const answers = await ask('{ ping }', 1)
    client.close()
    return [...got, ...answers]
  },
  async 'fetch'() { // and graphql-request, which has no subscriptions
    const response = await fetch(url, {
      method: 'POST', body: JSON.stringify({ query }),
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', Authorization: 'fetch' },
    })
    const got = []
    let text = ''
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      const events = (text + piece).split('\n\n')
      text = events.pop()
      for (const event of events) {
        const data = event.split('\n').find((line) => line.startsWith('data: '))
        if (event.includes('event: next')) got.push(JSON.parse(data.slice('data: '.length)))
      }
      if (got.length === most) break
    }
    const { GraphQLClient } = await import(pathToFileURL(require.resolve('graphql-request')))
    const client = new GraphQLClient(url, { headers: { Authorization: 'request' } })
    return [...got, { data: await client.request('query Ping($yes: Boolean!) { ping @include(if: $yes) }', { yes: true }) }]
  },
  apollo: () => apollo(require('@apollo/client')),
  'apollo 3': () => apollo(require('apollo-client-3/core')),
}

console.log(JSON.stringify(await clients[which]()))
process.exit(0)
