import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { record } from './last-answer.js';

// createFetcher returns GraphiQL's fetcher for the router at url. It asks for the query plan with every request, keeps
// it for the plan panel, and takes it out of the answer, so that the result pane shows what any other client gets.
export function createFetcher(url) {
  const send = createGraphiQLFetcher({
    url,
    enableIncrementalDelivery: true,
    headers: { 'Weft-Query-Plan': 'true' },
    fetch: measuredFetch,
  });
  return (params, options) => {
    const introspection = params.operationName === 'IntrospectionQuery';
    const answer = send(params, options);
    if (introspection) {
      return answer;
    }
    return Promise.resolve(answer).then((value) => {
      if (value && typeof value[Symbol.asyncIterator] === 'function') {
        return eachPart(value);
      }
      return takePlan(value);
    });
  };
}

let measured = null;

// measuredFetch is fetch, and remembers the status, time and size of the last answer.
async function measuredFetch(input, init) {
  const started = performance.now();
  const response = await fetch(input, init);
  const answer = { status: response.status, ms: performance.now() - started, bytes: null };
  measured = answer;
  const length = response.headers.get('Content-Length');
  if (length !== null && !response.headers.get('Content-Encoding')) {
    answer.bytes = Number(length);
  }
  return response;
}

async function* eachPart(parts) {
  for await (const part of parts) {
    yield Array.isArray(part) ? part.map(takePlan) : takePlan(part);
  }
}

function takePlan(result) {
  const plan = result?.extensions?.queryPlan;
  record({ plan: plan ?? null, measured, errors: result?.errors?.length ?? 0 });
  if (!plan) {
    return result;
  }
  const { queryPlan: _, ...extensions } = result.extensions;
  const { extensions: __, ...rest } = result;
  return Object.keys(extensions).length > 0 ? { ...rest, extensions } : rest;
}
