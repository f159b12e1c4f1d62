// Runs all audits of graphql-http against a server, and prints what each says: node audits.mjs MODULES URL
import { createRequire } from 'node:module'

const [modules, url] = process.argv.slice(2)
const { serverAudits } = createRequire(modules + '/node_modules/')('graphql-http')
const results = []
for (const audit of serverAudits({ url })) {
  const { name, status, reason } = await audit.fn()
  results.push({ id: audit.id, name, status, reason })
}
console.log(JSON.stringify(results))
