// Generates code for documents from the schema of a router, with the preset for clients, and asks with what was generated:
// node codegen.mjs MODULES URL FOLDER
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [modules, url, folder] = process.argv.slice(2)
const require = createRequire(modules + '/node_modules/')
const { generate } = require('@graphql-codegen/cli')
const { print } = require('graphql')
writeFileSync(folder + '/ada.graphql', 'query Ada($id: ID!) { person(id: $id) { name age } }')
const files = await generate({
  schema: url, documents: folder + '/ada.graphql', silent: true, errorsOnly: true,
  generates: { [folder + '/gql/']: { preset: modules + '/node_modules/@graphql-codegen/client-preset' } },
}, false)
const types = files.find(({ filename }) => filename.endsWith('/graphql.ts')).content
// What is left of the document without its types is JavaScript.
const [, name, document] = types.match(/export const (AdaDocument) = (.*?)(?: as unknown as .*)?;/)
const node = (0, eval)(`(${document})`)
const response = await fetch(url, {
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ query: print(node), variables: { id: '1' } }),
})
const { data } = await response.json()
console.log(JSON.stringify({
  name, data, variables: /export type AdaQueryVariables/.test(types),
  result: (types.match(/export type AdaQuery = (.*)/) ?? [])[1],
}))
