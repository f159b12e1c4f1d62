import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { getOperationAST, parse } from 'graphql';
import { begin } from './answers.js';
import { deferDirective } from './defer-directive.js';
import { readEvents } from './events.js';
import { send } from './send.js';
import { withFiles } from './uploads.js';

// createFetcher returns GraphiQL's fetcher for the router at url. It asks for the query plan with every request, keeps
// it for the plan panel, and takes it out of the answer, so that the result pane shows what any other client gets. files
// returns those that were chosen for variables; hear is told what is asked and every part of its answer.
export function createFetcher(url, files, hear) {
  let sent = null;
  const fetcher = createGraphiQLFetcher({
    url,
    enableIncrementalDelivery: true,
    headers: { 'Weft-Query-Plan': 'true' },
    fetch: async (input, init) => {
      sent = await send(input, withFiles(init, files()));
      return sent.response;
    },
  });
  return async (params, options) => {
    // Only GraphiQL itself asks without a document: for the schema.
    if (!options?.documentAST) {
      return withDefer(await fetcher(params, options));
    }
    const run = begin();
    if (isSubscription(params)) {
      const stop = new AbortController();
      const events = subscribe(url, params, options.headers, stop.signal, (now) => (sent = now));
      return stoppable(eachPart(events, run, () => sent, hear, params), stop);
    }
    // Without the document GraphiQL does not look for a way to subscribe.
    const parts = await fetcher(params, { ...options, documentAST: undefined });
    return eachPart(parts, run, () => sent, hear, params);
  };
}

// isSubscription looks at what is sent: GraphiQL's own idea of the document comes a moment after the last key.
function isSubscription({ query, operationName }) {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription';
  } catch {
    return false;
  }
}

// subscribe yields the answers to a subscription until it ends, or is stopped.
async function* subscribe(url, params, headers, signal, tell) {
  try {
    const sent = await send(url, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json', Accept: 'text/event-stream, application/json' },
      body: JSON.stringify(params),
      signal,
    });
    tell(sent);
    if (sent.response.headers.get('Content-Type')?.startsWith('text/event-stream')) {
      yield* readEvents(sent.response);
    } else {
      yield await sent.response.json();
    }
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
  }
}

// stoppable is what a generator yields; leaving it does not wait for the next event.
function stoppable(parts, stop) {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => parts.next(),
    return() {
      stop.abort();
      return Promise.resolve({ value: undefined, done: true });
    },
  };
}

async function* eachPart(parts, run, sent, hear, params) {
  try {
    for await (const part of parts) {
      for (const one of Array.isArray(part) ? part : [part]) {
        hear(params, one);
      }
      yield Array.isArray(part) ? part.map((one) => takePlan(one, run, sent())) : takePlan(part, run, sent());
    }
  } finally {
    run.stopped();
  }
}

function takePlan(result, run, sent) {
  if (sent.failure) {
    run.failed(sent.failure);
    return result;
  }
  const plan = result?.extensions?.queryPlan ?? null;
  run.answered({ plan, measured: sent.measured, errors: result?.errors?.length ?? 0 });
  if (!plan) {
    return result;
  }
  const { queryPlan: _, ...extensions } = result.extensions;
  const { extensions: __, ...rest } = result;
  return Object.keys(extensions).length > 0 ? { ...rest, extensions } : rest;
}

// withDefer adds the directive that the router takes and introspection does not tell, or the editor would call it wrong.
function withDefer(result) {
  const directives = result?.data?.__schema?.directives;
  if (directives && !directives.some((directive) => directive.name === 'defer')) {
    directives.push(deferDirective);
  }
  return result;
}
