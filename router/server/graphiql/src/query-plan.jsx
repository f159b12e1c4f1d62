import { useMemo, useState } from 'react';
import { parse, print } from 'graphql';
import { CacheTable } from './cache-table.jsx';
import { formatBytes, formatMs, plural } from './format.js';
import { useAnswer } from './answers.js';
import { CopyButton } from './copy-button.jsx';
import { cacheById, children, countRequests, pathsOf, requestsInWords, subgraphsOf, totalMs, tracesById } from './plan-tree.js';

// queryPlanPlugin is the panel that shows how the router answered the last operation.
export const queryPlanPlugin = {
  title: 'Query plan',
  icon: PlanIcon,
  content: QueryPlanPanel,
};

function PlanIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round">
      <circle cx="5" cy="12" r="2.2" />
      <circle cx="19" cy="5" r="2.2" />
      <circle cx="19" cy="12" r="2.2" />
      <circle cx="19" cy="19" r="2.2" />
      <path d="M7.2 12h9.6M7 11l10-5.2M7 13l10 5.2" />
    </svg>
  );
}

function QueryPlanPanel() {
  const answer = useAnswer();
  const [view, setView] = useState('tree');
  const plan = answer?.plan;
  return (
    <section className="weft-plan" aria-label="Query plan">
      <header className="weft-plan-header">
        <h2>Query plan</h2>
        {plan && (
          <div className="weft-plan-tools">
            <div role="tablist" className="weft-plan-tabs">
              {['tree', 'json'].map((name) => (
                <button
                  key={name}
                  type="button"
                  role="tab"
                  aria-selected={view === name}
                  onClick={() => setView(name)}
                >
                  {name === 'tree' ? 'Tree' : 'JSON'}
                </button>
              ))}
            </div>
            <CopyButton label="Copy the plan as JSON" text={() => JSON.stringify(plan, null, 2)} />
          </div>
        )}
      </header>
      {!plan && <p className="weft-plan-empty">{whyNoPlan(answer)}</p>}
      {plan && view === 'json' && <pre className="weft-plan-json">{JSON.stringify(plan, null, 2)}</pre>}
      {plan && view === 'tree' && <PlanTree plan={plan} />}
    </section>
  );
}

function whyNoPlan(answer) {
  switch (answer?.state) {
    case 'running':
      return 'The operation is running.';
    case 'failed':
    case 'stopped':
      return 'There was no answer, and so there is no plan.';
    case 'answered':
      return 'The last answer came without a plan: the operation was not executed, or the router does not expose plans (query_plan.expose in its configuration).';
    default:
      return 'Run an operation to see which subgraphs answer it, in which order.';
  }
}

function PlanTree({ plan }) {
  const context = useMemo(
    () => ({ traces: tracesById(plan), cache: cacheById(plan), total: totalMs(plan), subgraphs: subgraphsOf(plan.node) }),
    [plan],
  );
  if (!plan.node) {
    return <p className="weft-plan-empty">No subgraph was asked: the router answered this by itself.</p>;
  }
  const requests = countRequests(plan);
  const facts = [`${requests.sent} of ${plural(requests.planned, 'request', 'requests')} sent`];
  if (plan.stats?.waves) {
    facts.push(plural(plan.stats.waves, 'wave', 'waves'));
  }
  if (context.total > 0) {
    facts.push(formatMs(context.total));
  }
  return (
    <>
      <details className="weft-plan-facts">
        <summary title="What do these words mean?">{facts.join(' · ')}</summary>
        <Words requests={requests} />
      </details>
      {plan.stats?.budgetExhausted && (
        <p className="weft-plan-warning">The search stopped at its budget: a cheaper plan may exist.</p>
      )}
      <Node node={plan.node} paths={[]} context={context} />
    </>
  );
}

// Words explains what the panel shows.
function Words({ requests }) {
  return (
    <dl>
      <dt>Requests</dt>
      <dd>{requestsInWords(requests)} Each box below is one of them, with the subgraph it goes to.</dd>
      <dt>Waves</dt>
      <dd>
        How often requests have to wait for the answers of others. Those below &ldquo;at the same time&rdquo; do not wait for each
        other.
      </dd>
      <dt>Paths</dt>
      <dd>
        <code>products.@.reviews</code>: where in the answer the objects are that the request is about; <code>@</code> is
        every item of a list. Requests for entities name them by their keys.
      </dd>
      <dt>Bars</dt>
      <dd>When the request was on its way, between the first that left and the last that came back.</dd>
    </dl>
  );
}

function Node({ node, paths, context }) {
  switch (node.kind) {
    case 'Fetch':
      return <Fetch node={node} paths={pathsOf(node).length > 0 ? pathsOf(node) : paths} context={context} />;
    case 'Flatten':
      return <Node node={node.node} paths={pathsOf(node)} context={context} />;
    default:
      return (
        <div className={`weft-plan-group weft-plan-${node.kind.toLowerCase()}`}>
          <div className="weft-plan-kind">{groupTitle(node)}</div>
          {children(node).map((child, index) => (
            <Node key={index} node={child} paths={paths} context={context} />
          ))}
        </div>
      );
  }
}

function groupTitle(node) {
  switch (node.kind) {
    case 'Sequence':
      return 'one after another';
    case 'Parallel':
      return 'at the same time';
    case 'Condition':
      return `if $${node.condition}`;
    default:
      return node.kind;
  }
}

function Fetch({ node, paths, context }) {
  const [open, setOpen] = useState(false);
  const trace = context.traces.get(node.id);
  const colour = `weft-colour-${context.subgraphs.indexOf(node.serviceName) % 8}`;
  return (
    <article className={`weft-fetch ${colour}${trace?.error ? ' weft-fetch-failed' : ''}`}>
      <button type="button" className="weft-fetch-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className="weft-fetch-name">{node.serviceName}</span>
        {(paths.length > 0 ? paths : ['query root']).map((path) => (
          <span key={path} className="weft-fetch-path">
            {path}
          </span>
        ))}
        <span className="weft-fetch-facts">{traceFacts(trace, paths.length === 0)}</span>
      </button>
      {trace && <Timeline trace={trace} total={context.total} />}
      {context.cache.has(node.id) && <CacheTable entries={context.cache.get(node.id)} />}
      {trace?.error && <p className="weft-plan-warning">{trace.error}</p>}
      {open && <FetchDetails node={node} trace={trace} />}
    </article>
  );
}

function traceFacts(trace, isRoot) {
  if (!trace) {
    return '';
  }
  if (trace.skipped) {
    return 'not needed';
  }
  const facts = [];
  if (trace.cacheHits > 0) {
    facts.push(`${trace.cacheHits} of ${trace.entities} cached`);
  } else if (trace.entities > 0 && !isRoot) {
    facts.push(plural(trace.entities, 'entity', 'entities'));
  }
  if (trace.responseBytes > 0) {
    facts.push(formatBytes(trace.responseBytes));
  }
  facts.push(formatMs(trace.durationMs));
  return facts.filter(Boolean).join(' · ');
}

// Timeline is the fetch's place on the way from the first request to the last answer.
function Timeline({ trace, total }) {
  if (!(total > 0) || trace.skipped) {
    return null;
  }
  const start = (trace.startMs / total) * 100;
  const width = Math.max((trace.durationMs / total) * 100, 0.5);
  return (
    <svg className="weft-timeline" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect className="weft-timeline-track" x="0" y="0" width="100" height="4" />
      <rect className="weft-timeline-bar" x={start} y="0" width={Math.min(width, 100 - start)} height="4" />
    </svg>
  );
}

function FetchDetails({ node, trace }) {
  return (
    <div className="weft-fetch-details">
      {trace && (
        <p>
          started at {formatMs(trace.startMs)}
          {trace.status
            ? `, sent ${formatBytes(trace.requestBytes)}, received ${formatBytes(trace.responseBytes)}, HTTP ${trace.status}`
            : ', nothing was sent'}
          {trace.deduplicated ? ', shared with an identical request' : ''}
        </p>
      )}
      {node.requires?.length > 0 && (
        <>
          <h4>needs of each object</h4>
          <pre>{requiresText(node.requires)}</pre>
        </>
      )}
      <h4>
        asks <CopyButton label="Copy what this request asks" text={() => prettyDocument(node.operation)} />
      </h4>
      <pre>{prettyDocument(node.operation)}</pre>
      {node.variableUsages?.length > 0 && <p>with {node.variableUsages.map((name) => `$${name}`).join(', ')}</p>}
    </div>
  );
}

function requiresText(selections, indent = '') {
  return selections
    .map((selection) => {
      const head = selection.kind === 'InlineFragment' ? `... on ${selection.typeCondition}` : selection.name;
      return selection.selections?.length > 0
        ? `${indent}${head} {\n${requiresText(selection.selections, `${indent}  `)}\n${indent}}`
        : `${indent}${head}`;
    })
    .join('\n');
}

function prettyDocument(text) {
  try {
    return print(parse(text));
  } catch {
    return text;
  }
}
