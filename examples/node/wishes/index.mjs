// What people wish for: a subgraph on Node, as small as it can be.
import { buildSubgraphSchema } from '@apollo/subgraph'
import { execute, parse, validate } from 'graphql'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { identities } from './identity.mjs'

const { WEFT_IDENTITY_KEYS: keys, WEFT_LISTEN: listen = '127.0.0.1:4007' } = process.env
// Without keys everybody is answered, and sees everything: for development.
const identify = keys ? identities(keys, 'wishes') : () => undefined

const wishes = new Map([['u1', ['p1', 'p67']], ['u2', ['p3']]])
const resolvers = {
  Query: { wishCount: () => [...wishes.values()].flat().length },
  User: {
    wishes: ({ id }, _, caller) => (!keys || caller.id === id ? (wishes.get(id) ?? []).map((upc) => ({ upc })) : null),
  },
}
const typeDefs = parse(readFileSync(new URL('schema.graphql', import.meta.url), 'utf8'))
const schema = buildSubgraphSchema({ typeDefs, resolvers })

const maxBody = 1 << 20

async function answer(request) {
  if (['/healthz', '/readyz'].includes(request.url)) return [200, { status: 'ok' }]
  if (request.url !== '/graphql' || request.method !== 'POST') return [404, { errors: [{ message: 'POST /graphql' }] }]
  let caller
  try {
    caller = identify(request.headers['weft-identity'])
  } catch ({ message }) {
    return [401, { errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }] }]
  }
  let body = ''
  for await (const part of request.setEncoding('utf8')) {
    if ((body += part).length > maxBody) return [413, { errors: [{ message: `a request has at most ${maxBody} bytes` }] }]
  }
  try {
    const { query, variables, operationName } = JSON.parse(body)
    const document = parse(query, { maxTokens: 10_000 })
    const errors = validate(schema, document)
    if (errors.length > 0) return [400, { errors }]
    return [200, await execute({ schema, document, contextValue: caller, variableValues: variables, operationName })]
  } catch ({ message }) {
    return [400, { errors: [{ message }] }]
  }
}

const server = createServer(async (request, response) => {
  const [status, body] = await answer(request)
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'private, max-age=60' })
  response.end(JSON.stringify(body))
})
const [host, port] = [listen.slice(0, listen.lastIndexOf(':')), listen.slice(listen.lastIndexOf(':') + 1)]
server.listen(Number(port), host || undefined)
process.on('SIGTERM', () => server.close()).on('SIGINT', () => server.close())
