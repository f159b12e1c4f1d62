// A query plan is a tree of Sequence, Parallel, Flatten and Fetch nodes; after execution, `fetches` tells of each
// request (matched by id) when it started, how long it took and how many bytes went either way.

export function countFetches(node) {
  if (!node) {
    return 0;
  }
  return (node.kind === 'Fetch' ? 1 : 0) + children(node).reduce((sum, child) => sum + countFetches(child), 0);
}

// countRequests counts the plan's requests to subgraphs: those it has, those that were really sent, and those that were
// not, because the entity cache had everything, or because there was nothing to ask for.
export function countRequests(plan) {
  const planned = countFetches(plan.node);
  const traces = plan.fetches ?? [];
  const sent = plan.fetches ? traces.filter((trace) => trace.status || trace.error).length : planned;
  const cached = traces.filter((trace) => !trace.status && !trace.error && trace.cacheHits > 0).length;
  return { planned, sent, cached, needless: Math.max(planned - sent - cached, 0) };
}

// requestsInWords explains the numbers of countRequests.
export function requestsInWords({ planned, sent, cached, needless }) {
  const parts = [`The plan has ${planned === 1 ? 'one request' : `${planned} requests`} to subgraphs`];
  if (sent === planned) {
    return `${parts[0]}, and ${planned === 1 ? 'it was' : 'all were'} sent.`;
  }
  parts.push(sent === 1 ? 'one was sent' : `${sent} were sent`);
  if (cached > 0) {
    parts.push(`the entity cache knew all that ${cached === 1 ? 'one asks' : `${cached} ask`} for`);
  }
  if (needless > 0) {
    parts.push(`${needless === 1 ? 'one was' : `${needless} were`} not needed: there was nothing to ask for`);
  }
  return `${parts.join('; ')}.`;
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
