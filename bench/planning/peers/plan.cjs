// Plans one operation with another planner and measures it.
//
//   node plan.cjs apollo|hive < {"supergraph": "...", "operation": "..."}
//
// Prints {"fetches", "waves", "milliseconds", "runs", "plan"}, or {"error"}. The modules are resolved from the working
// directory. Loading the supergraph is not measured. The first run is thrown away (nothing is compiled yet), unless it
// already takes long; the time is the median of the others. A run on a machine that others use, too, takes longer than it
// would alone, but not more processor time: the smaller of both counts.
'use strict';
const local = (name) => require(require.resolve(name, { paths: [process.cwd()] }));

const LONG_MS = 5_000;
const ENOUGH_MS = 1_500;
const MOST_MS = 12_000;
const MOST_RUNS = 1_000;

// Each planner is a function from a supergraph and an operation to a function that plans once.
const planners = {
  apollo(supergraph, document) {
    const { Supergraph, operationFromDocument } = local('@apollo/federation-internals');
    const { QueryPlanner } = local('@apollo/query-planner');
    const { parse } = local('graphql');
    const graph = Supergraph.build(supergraph);
    const planner = new QueryPlanner(graph);
    const operation = operationFromDocument(graph.apiSchema(), parse(document));
    return () => planner.buildQueryPlan(operation);
  },
  hive(supergraph, document) {
    const { QueryPlanner } = local('@graphql-hive/router-query-planner');
    const planner = new QueryPlanner(supergraph);
    return () => planner.plan(document, undefined, new Set(), 0);
  },
};

const children = (node) => [
  ...(node.nodes || []), ...['node', 'ifClause', 'elseClause', 'primary', 'rest'].map((k) => node[k]),
].filter((n) => n && typeof n === 'object');

// fetches counts the requests to subgraphs: a BatchFetch is one, whatever the number of its aliases.
const fetches = (node) => (node.kind === 'Fetch' || node.kind === 'BatchFetch' ? 1 : 0)
  + children(node).reduce((sum, n) => sum + fetches(n), 0);

// waves is the longest chain of fetches that wait for each other.
const waves = (node) => {
  const below = children(node).map(waves);
  if (node.kind === 'Fetch' || node.kind === 'BatchFetch') return 1;
  if (node.kind === 'Sequence') return below.reduce((sum, n) => sum + n, 0);
  return Math.max(0, ...below);
};

const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];

function measure(plan) {
  const once = () => {
    const cpu = process.cpuUsage();
    const wall = process.hrtime.bigint();
    const result = plan();
    const took = Number(process.hrtime.bigint() - wall) / 1e6;
    const { user, system } = process.cpuUsage(cpu);
    return { result, took: Math.min(took, (user + system) / 1e3), spent: took };
  };
  const first = once();
  const times = [];
  let { spent } = first;
  if (spent > LONG_MS) times.push(first.took);
  else {
    do {
      const run = once();
      times.push(run.took);
      spent += run.spent;
    } while ((spent < ENOUGH_MS || times.length < 5) && spent < MOST_MS && times.length < MOST_RUNS);
  }
  // Half of the runs warm the just-in-time compiler up.
  const warm = times.length > 1 ? times.slice(times.length >> 1) : times;
  return { plan: first.result, milliseconds: median(warm), runs: times.length };
}

let input = '';
process.stdin.on('data', (chunk) => { input += chunk; });
process.stdin.on('end', () => {
  let answer;
  try {
    const { supergraph, operation } = JSON.parse(input);
    const { plan, milliseconds, runs } = measure(planners[process.argv[2]](supergraph, operation));
    const root = plan.node || {};
    answer = { fetches: fetches(root), waves: waves(root), milliseconds, runs, plan };
  } catch (e) {
    answer = { error: String(e.message || e).split('\n')[0] };
  }
  process.stdout.write(JSON.stringify(answer));
});
