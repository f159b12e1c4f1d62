import { parse, visit } from 'graphql';

// readTour returns the steps of a tour: a document whose operations have a title and a text in the comments above them.
// Each step is {name, kind, title, text, operation, inputs, tells}. inputs are its variables, each with the step that
// tells its value: the first one before with a field of its name. tells are the names that later steps ask it for.
export function readTour(document) {
  const steps = [];
  for (const definition of parse(document).definitions) {
    if (!definition.name || !definition.operation) {
      throw new Error('it must have operations with names, and nothing else');
    }
    const [title, ...text] = commentsAbove(definition.loc.startToken);
    const name = definition.name.value;
    const inputs = (definition.variableDefinitions ?? []).map(({ variable }) => {
      const from = steps.find((step) => step.fields.has(variable.name.value));
      from?.tells.add(variable.name.value);
      return { name: variable.name.value, from };
    });
    steps.push({
      name,
      kind: definition.operation,
      title: title ?? name,
      text: text.join(' '),
      operation: document.slice(definition.loc.start, definition.loc.end),
      inputs,
      tells: new Set(),
      fields: fieldsOf(definition),
    });
  }
  return steps;
}

// commentsAbove are the lines of the comment that ends right above a token.
function commentsAbove(token) {
  const lines = [];
  for (let { line, prev } = token; prev?.kind === 'Comment' && prev.line === line - 1; { line, prev } = prev) {
    lines.unshift(prev.value.trim());
  }
  return lines;
}

// fieldsOf are the names that fields have in the operation's answer.
function fieldsOf(definition) {
  const names = new Set();
  visit(definition, { Field: ({ alias, name }) => void names.add((alias ?? name).value) });
  return names;
}

// valueIn is the value of the first field with a name, however deep in an answer's data; undefined when there is none.
export function valueIn(data, name) {
  if (typeof data !== 'object' || data === null) {
    return undefined;
  }
  if (!Array.isArray(data) && ['string', 'number'].includes(typeof data[name])) {
    return data[name];
  }
  for (const below of Object.values(data)) {
    const value = valueIn(below, name);
    if (value !== undefined) {
      return value;
    }
  }
  return undefined;
}

// refuses tells that somewhere in an answer's data there are userErrors.
export function refuses(data) {
  if (typeof data !== 'object' || data === null) {
    return false;
  }
  return data.userErrors?.length > 0 || Object.values(data).some(refuses);
}
