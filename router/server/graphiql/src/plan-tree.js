// A query plan is a tree of Sequence, Parallel, Flatten and Fetch nodes; after execution, `fetches` tells of each
// request (matched by id) when it started, how long it took and how many bytes went either way.

export function countFetches(node) {
  if (!node) {
    return 0;
  }
  return (node.kind === 'Fetch' ? 1 : 0) + children(node).reduce((sum, child) => sum + countFetches(child), 0);
}

// How many requests were really sent: the entity cache may have made some needless.
export function countSent(plan) {
  return plan.fetches ? plan.fetches.filter((trace) => trace.status || trace.error).length : countFetches(plan.node);
}

export function children(node) {
  const list = [...(node.nodes ?? [])];
  for (const child of [node.node, node.primary?.node, node.ifClause, node.elseClause]) {
    if (child) {
      list.push(child);
    }
  }
  for (const deferred of node.deferred ?? []) {
    if (deferred.node) {
      list.push(deferred.node);
    }
  }
  return list;
}

// Where the fetched objects stand in the answer, as text: topProducts.@.reviews, with @ for each list level.
export function pathsOf(node) {
  if (node.paths) {
    return node.paths.map((path) => path.join('.'));
  }
  return node.path ? [node.path.join('.')] : [];
}

export function tracesById(plan) {
  const traces = new Map();
  for (const trace of plan.fetches ?? []) {
    traces.set(trace.id, trace);
  }
  return traces;
}

// What the entity cache did, by the id of the fetch it did it for.
export function cacheById(plan) {
  const entries = new Map();
  for (const entry of plan.cache ?? []) {
    entries.set(entry.fetch, (entries.get(entry.fetch) ?? []).concat(entry));
  }
  return entries;
}

export function totalMs(plan) {
  return (plan.fetches ?? []).reduce((end, trace) => Math.max(end, trace.startMs + trace.durationMs), 0);
}

// The subgraphs of a plan in order of appearance: each keeps its colour within a plan.
export function subgraphsOf(node, found = []) {
  if (node?.kind === 'Fetch' && !found.includes(node.serviceName)) {
    found.push(node.serviceName);
  }
  if (node) {
    children(node).forEach((child) => subgraphsOf(child, found));
  }
  return found;
}
