import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { begin } from './answers.js';
import { deferDirective } from './defer-directive.js';
import { send } from './send.js';

// createFetcher returns GraphiQL's fetcher for the router at url. It asks for the query plan with every request, keeps
// it for the plan panel, and takes it out of the answer, so that the result pane shows what any other client gets.
export function createFetcher(url) {
  let sent = null;
  const fetcher = createGraphiQLFetcher({
    url,
    enableIncrementalDelivery: true,
    headers: { 'Weft-Query-Plan': 'true' },
    fetch: async (input, init) => {
      sent = await send(input, init);
      return sent.response;
    },
  });
  return async (params, options) => {
    // Only GraphiQL itself asks without a document: for the schema.
    if (!options?.documentAST) {
      return withDefer(await fetcher(params, options));
    }
    // Without the document subscriptions go the way of everything else, and the router says what it thinks of them.
    const run = begin();
    const parts = await fetcher(params, { ...options, documentAST: undefined });
    return eachPart(parts, run, () => sent);
  };
}

async function* eachPart(parts, run, sent) {
  try {
    for await (const part of parts) {
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
