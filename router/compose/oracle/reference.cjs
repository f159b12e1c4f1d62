// Asks the reference composer for its verdicts.
//   node reference.cjs < cases.jsonl > answers.jsonl
// One JSON object a line: in {id, subgraphs: [{name, sdl}], ours}, out {id, errors, hints, supergraph, api, unread,
// ownUnread}. The last two say why the reference's reader refuses the supergraph in ours, and its own.
// The modules are resolved from the working directory.
'use strict';
const readline = require('readline');
const local = (name) => require(require.resolve(name, { paths: [process.cwd()] }));
const { parse } = local('graphql');
const { composeServices } = local('@apollo/composition');
const { printSchema, Supergraph } = local('@apollo/federation-internals');

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

// refusal reads a supergraph as a gateway does, with what is taken out for each subgraph.
function refusal(sdl) {
  try {
    const supergraph = Supergraph.build(sdl, { supportedFeatures: null, validateSupergraph: true });
    supergraph.subgraphs();
    supergraph.apiSchema();
    return '';
  } catch (e) {
    return String(e.message || e).slice(0, 1000);
  }
}

function answer(question) {
  const out = judge(question);
  if (question.ours) {
    out.unread = refusal(question.ours);
    if (out.unread && out.supergraph) out.ownUnread = refusal(out.supergraph);
  }
  return out;
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  if (line.trim()) process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + '\n');
});
