// Answers what graphql-js makes of schemas, documents and variables: one JSON object a line in, one a line out.
//   node graphqljs.cjs FOLDER   (graphql is resolved from FOLDER)
'use strict';
process.env.NODE_ENV = 'production'; // which spares graphql-js checks of its own
Error.stackTraceLimit = 0;
const load = (name) => require(require.resolve(name, { paths: [process.argv[2]] }));
const graphql = load('graphql');

// The specification asks for an error for numbers that are beyond the finite ones; graphql-js raises it for values of
// variables but not for literals.
const floatLiteral = graphql.GraphQLFloat.parseLiteral;
graphql.GraphQLFloat.parseLiteral = (node) => {
  const value = floatLiteral(node);
  if (!Number.isFinite(value)) throw new graphql.GraphQLError('Float cannot represent non numeric value');
  return value;
};

// @deprecated on directives is newer than the specification, and than what clients know: the router does not tell of it.
const { locations } = graphql.GraphQLDeprecatedDirective;
graphql.GraphQLDeprecatedDirective.locations = locations.filter((l) => l !== 'DIRECTIVE_DEFINITION');

// Arguments of an unknown directive have no definition; graphql-js takes them for those of the field that it stands on.
const { enter } = graphql.TypeInfo.prototype;
graphql.TypeInfo.prototype.enter = function (node) {
  enter.call(this, node);
  if (node.kind === 'Directive') this._directive ??= { name: node.name.value, args: [] };
};

// oneOfParents finds the input objects that variables are fields of. graphql-js looks for them, too, but takes a place
// of a non-null type for none.
function oneOfParents(schema, document) {
  const parents = new Map();
  const info = new graphql.TypeInfo(schema);
  graphql.visit(document, graphql.visitWithTypeInfo(info, {
    ObjectField({ value }) {
      if (value.kind === 'Variable') parents.set(value, graphql.getNamedType(info.getParentInputType()));
    },
  }));
  return parents;
}

// named makes a rule say its name in the errors it reports.
const named = (rule) => {
  const wrapped = (context) => {
    const own = Object.create(context);
    if (rule === graphql.VariablesInAllowedPositionRule) {
      const parents = oneOfParents(context.getSchema(), context.getDocument());
      own.getRecursiveVariableUsages = (operation) =>
        context.getRecursiveVariableUsages(operation).map((usage) => ({ ...usage, parentType: parents.get(usage.node) }));
    }
    own.reportError = (error) => {
      error.rule = rule.name.replace(/Rule$/, '');
      context.reportError(error);
    };
    return rule(own);
  };
  return Object.assign(wrapped, { rule });
};
const rules = graphql.specifiedRules.map(named);
const everyError = { maxErrors: Infinity };

// plain is a value as JSON can have it.
const finite = (_, value) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value);
const plain = (value) => JSON.parse(JSON.stringify(value, finite));
const messages = (errors) => errors.map((e) => e.message);

// Lists whose order the specification leaves open come sorted by name.
function sorted(schema) {
  const byName = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const types = Object.fromEntries(Object.values(schema.getTypeMap()).sort(byName).map((t) => [t.name, t]));
  const directives = [...schema.getDirectives()].sort(byName);
  const possible = schema.getPossibleTypes.bind(schema);
  schema.getTypeMap = () => types;
  schema.getDirectives = () => directives;
  schema.getPossibleTypes = (type) => (graphql.isUnionType(type) ? possible(type) : [...possible(type)].sort(byName));
  return schema;
}

// Operations may have variables of all built-in scalars, which graphql-js only allows when the schema uses them: as parts
// of literals of custom scalars they are good for something. Introspection does not tell of them.
function withBuiltIns(schema) {
  const types = { ...schema.getTypeMap() };
  for (const type of graphql.specifiedScalarTypes) types[type.name] ??= type;
  return Object.create(schema, { getTypeMap: { value: () => types }, getType: { value: (name) => types[name] } });
}
graphql.SchemaMetaFieldDef.resolve = () => schema;
graphql.TypeMetaFieldDef.resolve = (_source, { name }) => schema.getType(name);

// schemas are those of the last commands, by number; schema is the one the command at hand is about.
const schemas = new Map();
let schema;
const known = new WeakMap();
function clientSchema() {
  if (!known.has(schema)) known.set(schema, withBuiltIns(schema));
  return known.get(schema);
}
const parsed = new Map();
function parse(text) {
  if (!parsed.has(text)) {
    if (parsed.size > 100) parsed.clear();
    parsed.set(text, graphql.parse(text));
  }
  return parsed.get(text);
}

// The subgraph behind every schema: what a field returns follows from where it stands and from its arguments, so that
// one wrong argument shows in all that is selected below.
function hash(text) {
  let h = 2166136261;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  h ^= h >>> 15;
  return Math.imul(h, 2246822519) >>> 0;
}
// A variable without a value leaves undefined in the literal of a custom scalar, which JSON has as nothing, or as null.
const canonical = (value) => {
  if (value === undefined) return 'null';
  if (Array.isArray(value)) return '[' + value.map(canonical).join() + ']';
  if (value && typeof value === 'object') {
    return '{' + Object.keys(value).filter((k) => value[k] !== undefined).sort().map((k) => k + ':' + canonical(value[k])).join() + '}';
  }
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
};
function produce(type, seed) {
  if (graphql.isNonNullType(type)) return produce(type.ofType, seed);
  if (graphql.isListType(type)) return [produce(type.ofType, seed + '0'), produce(type.ofType, seed + '1')];
  const n = hash(seed);
  if (graphql.isCompositeType(type)) {
    const possible = graphql.isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    if (possible.length === 0) return null;
    return { __typename: possible[n % possible.length].name, seed: String(n) };
  }
  if (graphql.isEnumType(type)) return type.getValues()[n % type.getValues().length].value;
  switch (type.name) {
    case 'Int': return n % 1000;
    case 'Float': return (n % 1000) / 8;
    case 'Boolean': return n % 2 === 0;
  }
  return seed;
}
function fieldResolver(source, args, _, info) {
  if (source && source.seed === undefined && info.path.prev) return source[info.fieldName];
  return produce(info.returnType, (source ? source.seed : '') + info.fieldName + canonical(args));
}
const typeResolver = (value) => value.__typename;

function execute(document, operationName, variableValues) {
  const result = graphql.execute({ schema: clientSchema(), document, operationName, variableValues, fieldResolver, typeResolver });
  return { data: result.data, errors: result.errors && messages(result.errors) };
}

// conditional tells whether the root of a subscription has @skip or @include, which the specification of September 2025
// forbids, and this version of graphql-js does not.
function conditional(document, operation) {
  const root = schema.getSubscriptionType();
  const fragments = new Map(document.definitions.map((d) => [d.kind === 'FragmentDefinition' && d.name.value, d]));
  const applies = (condition) => {
    const type = condition && schema.getType(condition.name.value);
    return !condition || type === root || (graphql.isAbstractType(type) && schema.isSubType(type, root));
  };
  const spread = new Set();
  const within = (set) => set.selections.some((s) => {
    if (s.directives?.some((d) => ['skip', 'include'].includes(d.name.value))) return true;
    if (s.kind === 'InlineFragment') return applies(s.typeCondition) && within(s.selectionSet);
    if (s.kind !== 'FragmentSpread' || spread.has(s.name.value)) return false;
    spread.add(s.name.value);
    const fragment = fragments.get(s.name.value);
    return fragment && applies(fragment.typeCondition) && within(fragment.selectionSet);
  });
  return root && within(operation.selectionSet);
}

// validate returns the rules a document breaks, with a message. The rule about subscriptions evaluates @skip and @include
// as if there were no variables, and throws where there are.
function validate(document) {
  const broken = {};
  for (const definition of document.definitions) {
    const { kind, operation } = definition;
    // That the schema has such operations is checked when they are executed.
    if (kind === 'OperationDefinition' && !schema.getRootType(operation)) broken.KnownRootType = operation;
    if (operation === 'subscription' && conditional(document, definition)) broken.SingleFieldSubscriptions = 'a condition';
  }
  const check = (some) => {
    for (const e of graphql.validate(clientSchema(), document, some, everyError)) broken[e.rule] = e.message;
  };
  try {
    check(rules);
  } catch {
    for (const rule of rules) {
      try {
        check([rule]);
      } catch (e) {
        if (rule.rule !== graphql.SingleFieldSubscriptionsRule || !broken.SingleFieldSubscriptions) throw e;
      }
    }
  }
  return broken;
}

// pick is how execution finds the operation.
function pick(document, name) {
  const operations = document.definitions.filter((d) => d.kind === 'OperationDefinition');
  if (name) return operations.find((o) => o.name && o.name.value === name);
  return operations.length === 1 ? operations[0] : undefined;
}

// mistakes are the errors about variables, taken apart.
function mistakes(operation, inputs) {
  const out = [];
  for (const { variable, type, defaultValue } of operation.variableDefinitions) {
    const name = variable.name.value;
    const expected = graphql.typeFromAST(clientSchema(), type);
    if (!Object.hasOwn(inputs, name)) {
      if (!defaultValue && graphql.isNonNullType(expected)) {
        out.push({ name, why: `of required type "${expected}" was not provided.` });
      }
      continue;
    }
    if (inputs[name] === null && graphql.isNonNullType(expected)) {
      out.push({ name, why: `of non-null type "${expected}" must not be null.` });
      continue;
    }
    graphql.coerceInputValue(inputs[name], expected, (path, value, error) => {
      const at = path.map((step) => (typeof step === 'number' ? `[${step}]` : '.' + step)).join('');
      out.push({ name, at: at && name + at, value: plain(value), why: error.message });
    }, true);
  }
  return out;
}

const commands = {
  // schema: are these definitions a schema? It is kept under its number.
  schema({ schema: number, sdl }) {
    let document;
    try {
      document = graphql.parse(sdl);
    } catch (e) {
      return { syntax: e.message };
    }
    try {
      schema = sorted(graphql.buildASTSchema(document));
    } catch (e) {
      return { errors: [e.message] };
    }
    schemas.set(number, schema);
    if (schemas.size > 20) schemas.delete(schemas.keys().next().value);
    return { errors: messages(graphql.validateSchema(schema)) };
  },
  // syntax: can it be parsed? executable says that something in it can be executed.
  syntax({ text }) {
    try {
      return { executable: graphql.parse(text).definitions.some(graphql.isExecutableDefinitionNode) };
    } catch (e) {
      return { syntax: e.message };
    }
  },
  // judge: parse, validate, find the operation, coerce each set of variables and execute with it.
  judge({ document: text, operation: name, variables }) {
    let document;
    try {
      document = graphql.parse(text);
    } catch (e) {
      return { syntax: e.message };
    }
    const broken = validate(document);
    if (Object.keys(broken).length > 0) return { rules: broken };
    const operation = pick(document, name);
    if (!operation) return { noOperation: true };
    const results = variables.map((raw) => {
      const { coerced, errors } = graphql.getVariableValues(clientSchema(), operation.variableDefinitions || [], JSON.parse(raw));
      if (errors) return { errors: messages(errors), mistakes: mistakes(operation, JSON.parse(raw)) };
      if (operation.operation === 'subscription') return { coerced: plain(coerced) };
      return { coerced: plain(coerced), ...execute(document, name || undefined, JSON.parse(raw)) };
    });
    return { results };
  },
  // coerce: coerce one set of variables again.
  coerce({ document, operation: name, variables }) {
    const declared = pick(parse(document), name).variableDefinitions || [];
    const { coerced, errors } = graphql.getVariableValues(clientSchema(), declared, variables);
    return errors ? { errors: messages(errors) } : { coerced: plain(coerced) };
  },
  // fetch: answer like a strict subgraph.
  fetch({ query, variables }) {
    try {
      const document = parse(query);
      const errors = graphql.validate(schema, document);
      if (errors.length > 0) return { errors: errors.map((e) => ({ message: 'invalid: ' + e.message })) };
      const result = graphql.execute({ schema, document, variableValues: variables, fieldResolver, typeResolver });
      return { data: result.data, errors: result.errors };
    } catch (e) {
      return { errors: [{ message: 'syntax: ' + e.message }] };
    }
  },
};

function answer(line) {
  const request = JSON.parse(line);
  try {
    schema = schemas.get(request.schema);
    return JSON.stringify(commands[request.command](request));
  } catch (e) {
    return JSON.stringify({ failed: String(e.stack || e) });
  }
}

let rest = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  let out = '';
  for (const line of lines) out += answer(line) + '\n';
  if (out) process.stdout.write(out);
});
