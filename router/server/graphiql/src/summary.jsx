import { formatBytes, formatMs, plural } from './format.js';
import { useAnswer } from './answers.js';
import { countRequests, requestsInWords } from './plan-tree.js';

// Summary is the line below the result: what the tab's last run cost, as seen from here.
export function Summary() {
  const answer = useAnswer();
  const { text, title } = summarize(answer);
  return (
    <div className={`weft-summary${answer?.state === 'failed' ? ' weft-summary-failed' : ''}`} role="status" title={title}>
      {text}
    </div>
  );
}

function summarize(answer) {
  switch (answer?.state) {
    case 'running':
      return { text: 'Running …' };
    case 'stopped':
      return { text: 'Stopped before there was an answer.' };
    case 'failed':
      return { text: answer.reason };
    case 'answered':
      return summarizeAnswer(answer);
    default:
      return { text: 'Run a query to see its answer and its query plan.' };
  }
}

function summarizeAnswer({ measured, plan, errors }) {
  const parts = [`HTTP ${measured.status}`, formatMs(measured.ms)];
  if (measured.bytes !== null) {
    parts.push(formatBytes(measured.bytes));
  }
  let title;
  if (plan) {
    const requests = countRequests(plan);
    parts.push(`${requests.sent} of ${plural(requests.planned, 'subgraph request', 'subgraph requests')} sent`);
    title = requestsInWords(requests);
  }
  if (errors > 0) {
    parts.push(plural(errors, 'error', 'errors'));
  }
  return { text: parts.join('  ·  '), title };
}
