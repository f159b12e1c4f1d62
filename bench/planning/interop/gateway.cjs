// Runs queries in Apollo Gateway over two supergraphs of the same subgraphs: the given one, and the one that
// @apollo/composition makes.
//
//   node gateway.cjs < {"subgraphs": [{name, url, sdl}], "supergraph": "...", "queries": ["..."], "remote": false}
//
// Prints {"ours": [{answer, plan}, ...], "reference": [{answer, plan}, ...]}, or {"error"}. With remote the subgraphs are asked at their
// addresses; otherwise they are made up here. The modules are resolved from the working directory.
'use strict';
const local = (name) => require(require.resolve(name, { paths: [process.cwd()] }));
const graphql = local('graphql');
const { composeServices } = local('@apollo/composition');
const { ApolloGateway, LocalGraphQLDataSource, RemoteGraphQLDataSource } = local('@apollo/gateway');
const { buildSubgraphSchema } = local('@apollo/subgraph');

const hash = (text) => [...text].reduce((h, c) => (h * 31 + c.codePointAt(0)) % 9973, 7);

// Objects are what a representation or a parent says about them. What they do not say is made up from who they are, so
// that it does not matter when and along which way an entity is asked. Texts, other than keys, tell which subgraph made
// them up, and a field with @requires shows all that came with the representation.
const keys = ['id', 'sku', 'code'];
const who = (source, type) => JSON.stringify(keys.map((k) => source && source[k]).find((v) => v !== undefined) ?? type);

const sorted = (value) => JSON.stringify(value, (_, v) => (
  v && typeof v === 'object' && !Array.isArray(v) ? Object.fromEntries(Object.keys(v).sort().map((k) => [k, v[k]])) : v));

function invent(type, source, info, args, salt) {
  if (graphql.isNonNullType(type)) return invent(type.ofType, source, info, args, salt);
  if (graphql.isListType(type)) return [0, 1].map((i) => invent(type.ofType, source, info, args, `${salt}/${i}`));
  const parent = info.parentType.name;
  const seed = `${info.fieldName}${Object.keys(args).length ? JSON.stringify(args) : ''} of ${who(source, parent)}${salt}`;
  if (graphql.isCompositeType(type)) return { id: `${info.fieldName}-${hash(seed)}` };
  if (graphql.isEnumType(type)) return type.getValues()[hash(seed) % type.getValues().length].value;
  switch (type.name) {
    case 'Int': return hash(seed);
    case 'Float': return hash(seed) / 4;
    case 'Boolean': return hash(seed) % 2 === 0;
    default: return keys.includes(info.fieldName) ? seed : `${seed} in ${info.schema.extensions.subgraph}`;
  }
}

const needsInput = (field) => field.astNode?.directives?.some((d) => ['requires', 'federation__requires'].includes(d.name.value));

function resolve(source, args, context, info) {
  const field = info.parentType.getFields()[info.fieldName];
  if (source && source[info.fieldName] !== undefined) return source[info.fieldName];
  if (needsInput(field) && graphql.getNamedType(field.type).name === 'String') {
    const { __typename, ...known } = source;
    return `${info.fieldName} from ${sorted(known)}`;
  }
  return invent(field.type, source, info, args, '');
}

// A type that several implement is one of them, always the same for the same object.
function runtimeType(schema, abstract) {
  return (object) => {
    const names = schema.getPossibleTypes(abstract).map((t) => t.name).sort();
    return names.includes(object.__typename) ? object.__typename : names[hash(String(object.id)) % names.length];
  };
}

function madeUp({ name, sdl }) {
  const schema = buildSubgraphSchema({ typeDefs: graphql.parse(sdl) });
  schema.extensions = { ...schema.extensions, subgraph: name };
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (graphql.isAbstractType(type)) type.resolveType = runtimeType(schema, type);
    if (graphql.isObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        if (!['_entities', '_service'].includes(field.name)) field.resolve = resolve;
      }
    }
  }
  return new LocalGraphQLDataSource(schema);
}

async function answers(supergraphSdl, input) {
  const sources = new Map(input.subgraphs.map((s) => [s.name, s]));
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  let plan;
  const gateway = new ApolloGateway({
    supergraphSdl,
    logger: silent,
    experimental_didResolveQueryPlan: ({ queryPlan }) => { plan = queryPlan; },
    buildService: ({ name, url }) => (input.remote ? new RemoteGraphQLDataSource({ url }) : madeUp(sources.get(name))),
  });
  const { executor, schema } = await gateway.load({ apollo: {} });
  const out = [];
  for (const [i, query] of input.queries.entries()) {
    const document = graphql.parse(query);
    const invalid = graphql.validate(schema, document);
    if (invalid.length) throw new Error(`invalid query: ${invalid[0].message}`);
    plan = undefined;
    const answer = await executor({
      request: { query, variables: {} }, document, source: query, schema, operationName: null, queryHash: String(i),
      context: {}, metrics: {}, logger: silent, cache: new Map(), overallCachePolicy: undefined,
    });
    out.push({ answer, plan });
  }
  await gateway.stop();
  return out;
}

let text = '';
process.stdin.on('data', (chunk) => { text += chunk; });
process.stdin.on('end', async () => {
  let answer;
  try {
    const input = JSON.parse(text);
    const composed = composeServices(input.subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: graphql.parse(sdl) })));
    if (composed.errors) throw composed.errors[0];
    answer = { ours: await answers(input.supergraph, input), reference: await answers(composed.supergraphSdl, input) };
  } catch (e) {
    answer = { error: String(e.message || e) };
  }
  process.stdout.write(JSON.stringify(answer), () => process.exit(0));
});
