import {createClient, type Client} from 'graphql-ws';
import type {Operation, Problem} from '../../parts/src/contract.ts';
import {session} from './session.ts';
import {setup} from './setup.ts';

// All subscriptions of a page share one WebSocket, which is opened with the first of them, and again whenever it breaks.

let client: Client | undefined;

function connect(): Client {
  return client ??= createClient({
    url: new URL(setup.endpoint, location.href.replace(/^http/, 'ws')).href,
    connectionParams: async () => {
      await session.fresh();
      return session.headers();
    },
    shouldRetry: () => true,
    retryAttempts: Infinity,
    retryWait: (tries) => new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** tries, 15_000) * (0.5 + Math.random()))),
  });
}

/** watch follows a subscription until the function is called that it returns. */
export function watch<D, V>(operation: Operation<D, V>, variables: V, told: (data: D) => void): () => void {
  let over = false;
  let stop = (): void => {};
  const begin = (pause: number): void => {
    // What ends with an error (a service that is down, a token that has expired) is tried again.
    const again = (error: unknown): void => {
      // The whole connection has the token that it began with.
      if (expired(error)) reconnect();
      if (!over) setTimeout(() => over || begin(Math.min(pause * 2, 30_000)), pause);
    };
    stop = connect().subscribe(
      {query: '', documentId: operation.id, variables} as unknown as {query: string; variables: Record<string, unknown>},
      {
        next: ({data}) => {
          pause = 1000;
          if (data && !over) told(data as D);
        },
        error: again,
        complete: () => {},
      },
    );
  };
  begin(1000);
  return () => {
    over = true;
    stop();
  };
}

/** expired tells whether a subscription ended because its token did. */
function expired(error: unknown): boolean {
  return Array.isArray(error) && error.some((e: Problem) => e.extensions?.code === 'TOKEN_EXPIRED');
}

/** reconnect opens the WebSocket again: somebody else is signed in. */
export function reconnect(): void {
  client?.terminate();
}
