import type {Entity} from '../../parts/src/contract.ts';

// The page's answer is a tree. Objects in it that have a type and a key are the same thing wherever they stand, so that what
// a mutation or an event says of one reaches every place that shows it.

type Tree = unknown;
type Fields = Record<string, unknown>;

/** keyOf names an object across answers; undefined when it has no key. */
export function keyOf(object: Fields): string | undefined {
  const key = object['upc'] ?? object['id'];
  return typeof object['__typename'] === 'string' && (typeof key === 'string' || typeof key === 'number')
    ? `${object['__typename']}:${key}`
    : undefined;
}

const isObject = (value: Tree): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** entitiesIn finds everything with a key in an answer. What stands there several times is put together. */
export function entitiesIn(tree: Tree, found = new Map<string, Fields>()): Map<string, Fields> {
  if (Array.isArray(tree)) for (const element of tree) entitiesIn(element, found);
  else if (isObject(tree)) {
    const key = keyOf(tree);
    if (key) found.set(key, {...found.get(key), ...tree});
    for (const value of Object.values(tree)) entitiesIn(value, found);
  }
  return found;
}

/** merged is the tree with what is known of its entities. What does not change stays the same object. */
export function merged<T extends Tree>(tree: T, known: ReadonlyMap<string, Fields>): T {
  if (Array.isArray(tree)) {
    const next = tree.map((element) => merged(element, known));
    return (next.some((element, i) => element !== tree[i]) ? next : tree) as T;
  }
  if (!isObject(tree)) return tree;
  const key = keyOf(tree);
  const news = key ? known.get(key) : undefined;
  let next: Fields = tree;
  for (const name of Object.keys(tree)) {
    // What the place did not ask for it does not get: it may have been asked with other arguments.
    const value = news && name in news ? combined(tree[name], news[name]) : merged(tree[name], known);
    if (value === tree[name]) continue;
    if (next === tree) next = {...tree};
    next[name] = value;
  }
  return next as T;
}

/** combined keeps of an object's old value what the new one does not tell. */
function combined(old: Tree, news: Tree): Tree {
  if (!isObject(old) || !isObject(news) || keyOf(old) !== keyOf(news)) return news;
  const next: Fields = {...old};
  for (const [name, value] of Object.entries(news)) next[name] = name in old ? combined(old[name], value) : value;
  return next;
}

/** before is what a tree says now of the fields that entities are about to change. */
export function before(tree: Tree, entities: readonly Entity[]): Entity[] {
  const found = entitiesIn(tree);
  return entities.flatMap((entity) => {
    const old = found.get(keyOf(entity) ?? '');
    return old ? [Object.fromEntries(Object.keys(entity).map((name) => [name, old[name]])) as unknown as Entity] : [];
  });
}
