/** Sent is an operation as it is sent: its text, and the files that stand in its variables. */
export interface Sent {
  readonly text: string;
  readonly files: ReadonlyMap<string, Blob>;
}

/** packed takes the files out of an operation, each with the path that it stands at. */
export function packed(operation: {readonly documentId: string | undefined; readonly variables: unknown}): Sent {
  const files = new Map<string, Blob>();
  const without = (value: unknown, path: string): unknown => {
    if (value instanceof Blob) {
      files.set(path, value);
      return null;
    }
    if (Array.isArray(value)) return value.map((entry, i) => without(entry, `${path}.${i}`));
    if (value && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, without(entry, `${path}.${name}`)]));
    }
    return value;
  };
  const variables = without(operation.variables, 'variables');
  return {text: JSON.stringify({...operation, variables}), files};
}

/** formOf is a GraphQL multipart request: the operation, where the files stand in it, and the files, in this order. */
export function formOf({text, files}: Sent): FormData {
  const form = new FormData();
  form.append('operations', text);
  form.append('map', JSON.stringify(Object.fromEntries([...files.keys()].map((path, i) => [i, [path]]))));
  [...files.values()].forEach((file, i) => form.append(String(i), file, `file-${i}`));
  return form;
}
