// Asks the reference composer for its verdicts.
//   node reference.cjs < cases.jsonl > answers.jsonl
// One JSON object a line: in {id, subgraphs: [{name, sdl}]}, out {id, errors, hints, supergraph, api}.
// The modules are resolved from the working directory.
'use strict';
const readline = require('readline');
const local = (name) => require(require.resolve(name, { paths: [process.cwd()] }));
const { parse } = local('graphql');
const { composeServices } = local('@apollo/composition');
const { printSchema } = local('@apollo/federation-internals');

function judge({ id, subgraphs }) {
  const services = [];
  for (const { name, sdl } of subgraphs) {
    try {
      services.push({ name, url: `http://${name}`, typeDefs: parse(sdl) });
    } catch (e) {
      return { id, errors: [{ code: 'INVALID_GRAPHQL', message: `${name}: ${e.message}` }] };
    }
  }
  try {
    const result = composeServices(services);
    if (result.errors) {
      return { id, errors: result.errors.map((e) => ({ code: (e.extensions && e.extensions.code) || 'NONE', message: e.message })) };
    }
    return {
      id,
      hints: result.hints.map((h) => ({ code: h.definition.code, message: h.message })),
      supergraph: result.supergraphSdl,
      api: printSchema(result.schema.toAPISchema()),
    };
  } catch (e) {
    return { id, errors: [{ code: (e.extensions && e.extensions.code) || 'THROWN', message: String(e.stack || e) }] };
  }
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  if (line.trim()) process.stdout.write(JSON.stringify(judge(JSON.parse(line))) + '\n');
});
