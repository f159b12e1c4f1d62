/** put adds a deferred part at a path, without changing what was told before. */
export function put(tree: unknown, path: readonly (string | number)[], data: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) {
    if (data === null || typeof data !== 'object') return tree;
    const next = {...(tree as Record<string, unknown>)};
    for (const [key, value] of Object.entries(data)) {
      const old = next[key];
      next[key] = isPlain(old) && isPlain(value) ? put(old, [], value) : value;
    }
    return next;
  }
  if (Array.isArray(tree)) return tree.map((element, i) => (i === name ? put(element, rest, data) : element));
  const object = (tree ?? {}) as Record<string, unknown>;
  return {...object, [name]: put(object[name], rest, data)};
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
