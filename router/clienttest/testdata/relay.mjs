// What a project with Relay does. Compiling asks the router for its schema and writes the list of documents:
//   node relay.mjs compile MODULES URL FOLDER
// and running asks by the ids of that list, and prints what the store has then:
//   node relay.mjs run MODULES URL FOLDER
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const [what, modules, url, folder] = process.argv.slice(2)
const require = createRequire(modules + '/node_modules/')
const post = async (body) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json' },
    body: JSON.stringify(body),
  })
  return response.json()
}

if (what === 'compile') {
  const { buildClientSchema, getIntrospectionQuery, printSchema } = require('graphql')
  const { data } = await post({ query: getIntrospectionQuery() })
  mkdirSync(folder + '/src/__generated__', { recursive: true })
  writeFileSync(folder + '/schema.graphql', printSchema(buildClientSchema(data)))
  writeFileSync(folder + '/src/App.js', `
const ada = graphql\`query AppAdaQuery($id: ID!) { person(id: $id) { ...App_person } }\`
const person = graphql\`fragment App_person on Person { name age }\`
const rename = graphql\`mutation AppRenameMutation($id: ID!, $name: String!) { rename(id: $id, name: $name) { id name } }\`
`)
  writeFileSync(folder + '/queries.json', '{}')
  writeFileSync(folder + '/relay.config.json', JSON.stringify({
    src: './src', schema: './schema.graphql', language: 'javascript', eagerEsModules: false,
    artifactDirectory: './src/__generated__', persistConfig: { file: './queries.json', algorithm: 'SHA256' },
  }))
  execFileSync(process.execPath, [modules + '/node_modules/relay-compiler/cli.js'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
} else {
  const { Environment, Network, RecordSource, Store, commitMutation, fetchQuery } = require('relay-runtime')
  const sent = []
  const ask = ({ id, text }, variables) => {
    sent.push({ id, text })
    return post(id ? { documentId: id, variables } : { query: text, variables })
  }
  const environment = new Environment({ network: Network.create(ask), store: new Store(new RecordSource()) })
  const artifact = (name) => require(`${folder}/src/__generated__/${name}.graphql.js`)
  await fetchQuery(environment, artifact('AppAdaQuery'), { id: '1' }).toPromise()
  const before = environment.getStore().getSource().toJSON()['1']
  await new Promise((resolve, reject) => commitMutation(environment, {
    mutation: artifact('AppRenameMutation'), variables: { id: '1', name: 'Bea' }, onError: reject,
    onCompleted: (_, errors) => errors ? reject(new Error(JSON.stringify(errors))) : resolve(),
  }))
  const after = environment.getStore().getSource().toJSON()['1']
  const pick = ({ name, age }) => ({ name, age })
  console.log(JSON.stringify({ before: pick(before), after: pick(after), ids: sent.filter(({ id, text }) => id && !text).length }))
}
