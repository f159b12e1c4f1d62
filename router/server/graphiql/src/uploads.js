import { isInputObjectType, isListType, isNonNullType, typeFromAST } from 'graphql';

// The scalar that stands for a file, and the header without which the router takes none: uploads.scalar and
// uploads.require_headers as they are by default.
const scalar = 'Upload';
const header = 'Apollo-Require-Preflight';

// deepest is how far below a variable a file is looked for.
const deepest = 5;

// placesOf returns where files may stand in the variables of a document's operations: [{path, type, many}].
export function placesOf(schema, document) {
  const places = new Map();
  const walk = (type, path, depth) => {
    const bare = isNonNullType(type) ? type.ofType : type;
    const item = isListType(bare) ? (isNonNullType(bare.ofType) ? bare.ofType.ofType : bare.ofType) : null;
    if ((item ?? bare).name === scalar) {
      places.set(path, { path, type: String(type), many: item !== null });
    } else if (isInputObjectType(bare) && depth < deepest) {
      for (const field of Object.values(bare.getFields())) {
        walk(field.type, `${path}.${field.name}`, depth + 1);
      }
    }
  };
  for (const definition of document.definitions) {
    for (const variable of definition.variableDefinitions ?? []) {
      const type = typeFromAST(schema, variable.type);
      if (type) {
        walk(type, variable.variable.name.value, 0);
      }
    }
  }
  return [...places.values()];
}

// withFiles makes a request that carries files of the one that GraphiQL sends, as the multipart request specification
// says. chosen has {many, files} by the paths of places; those for which the operation has no variable stay behind.
export function withFiles(init, chosen) {
  if (typeof init?.body !== 'string' || chosen.size === 0) {
    return init;
  }
  const operation = JSON.parse(init.body);
  const used = [...chosen].filter(([path]) => uses(operation.query, path.split('.')[0]));
  if (used.length === 0) {
    return init;
  }
  operation.variables = structuredClone(operation.variables ?? {});
  const map = {};
  const files = [];
  for (const [path, place] of used) {
    put(operation.variables, path.split('.'), place.many ? place.files.map(() => null) : null);
    place.files.forEach((file, i) => {
      map[files.length] = [`variables.${path}${place.many ? `.${i}` : ''}`];
      files.push(file);
    });
  }
  const body = new FormData();
  body.append('operations', JSON.stringify(operation));
  body.append('map', JSON.stringify(map));
  files.forEach((file, i) => body.append(String(i), file));
  // The browser says the type, with the boundary that it has chosen.
  const headers = new Headers(init.headers);
  headers.delete('Content-Type');
  headers.set(header, 'true');
  return { ...init, headers, body };
}

function uses(query, variable) {
  return new RegExp(`\\$${variable}\\s*:`).test(query);
}

function put(object, [name, ...rest], value) {
  if (rest.length === 0) {
    object[name] = value;
  } else {
    object[name] = object[name] ?? {};
    put(object[name], rest, value);
  }
}
