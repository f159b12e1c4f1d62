import { formatBytes, formatMs, plural } from './format.js';
import { useLastAnswer } from './last-answer.js';
import { countSent } from './plan-tree.js';

// Summary is the line below the result: what the last request cost, as seen from here.
export function Summary() {
  const answer = useLastAnswer();
  if (!answer?.measured) {
    return <div className="weft-summary">Run a query to see its answer and its query plan.</div>;
  }
  const { measured, plan, errors } = answer;
  const parts = [`HTTP ${measured.status}`, formatMs(measured.ms)];
  if (measured.bytes !== null) {
    parts.push(formatBytes(measured.bytes));
  }
  if (plan) {
    parts.push(plural(countSent(plan), 'subgraph request', 'subgraph requests'));
  }
  if (errors > 0) {
    parts.push(plural(errors, 'error', 'errors'));
  }
  return <div className="weft-summary">{parts.join('  ·  ')}</div>;
}
