import {meros} from 'meros/browser';
import type {Operation, Problem} from '../../parts/src/contract.ts';
import {put} from './deferred.ts';
import {session} from './session.ts';
import {setup} from './setup.ts';
import {formOf, packed} from './upload.ts';

/** Answer is data with its errors; deferred parts are put into it as they come. */
export interface Answer<D> {
  readonly data: D | null;
  readonly errors: readonly Problem[];
  /** Whether all parts are there. */
  readonly complete: boolean;
}

interface Part {
  data?: unknown;
  errors?: Problem[];
  hasNext?: boolean;
  incremental?: {path?: (string | number)[]; data?: unknown; errors?: Problem[]}[];
}

/** patience is how long the first part of an answer may take, with what has to be sent before. */
const patience = 20_000;
const patienceWithFiles = 120_000;

/** ask sends an operation by its id, and tells the answer each time there is more of it. */
export async function ask<D, V>(
  operation: Operation<D, V>, variables: V, told: (answer: Answer<D>) => void, how: How = {},
): Promise<void> {
  let response = await send(operation, variables, how);
  if (response.status === 401 && await session.refresh()) response = await send(operation, variables, how);
  const parts = await meros<Part>(response);
  if (parts instanceof Response) {
    const body = (await parts.json()) as Part;
    told({data: (body.data ?? null) as D | null, errors: body.errors ?? [], complete: true});
    return;
  }
  let data: unknown = null;
  let errors: Problem[] = [];
  for await (const part of parts) {
    if (!part.json) throw new TypeError('a part of the answer is no JSON');
    const {body} = part;
    if (body.data !== undefined) data = body.data;
    errors = [...errors, ...(body.errors ?? [])];
    for (const increment of body.incremental ?? []) {
      data = put(data, increment.path ?? [], increment.data);
      errors = [...errors, ...(increment.errors ?? [])];
    }
    told({data: data as D | null, errors, complete: body.hasNext !== true});
  }
}

interface How {
  /** Gives the answer up. */
  readonly signal?: AbortSignal;
  /** The request is sent even if the page is left meanwhile. */
  readonly outlives?: boolean;
}

function send<D, V>(operation: Operation<D, V>, variables: V, {signal, outlives = false}: How): Promise<Response> {
  const sent = packed({documentId: operation.id || setup.operations[operation.name], variables});
  const files = sent.files.size > 0;
  const bounded = AbortSignal.any([AbortSignal.timeout(files ? patienceWithFiles : patience), ...(signal ? [signal] : [])]);
  return fetch(setup.endpoint, {
    method: 'POST',
    headers: {
      // A form of another site could not have this header.
      ...(files ? {'Apollo-Require-Preflight': 'files'} : {'Content-Type': 'application/json'}),
      Accept: 'multipart/mixed;deferSpec=20220824, application/json',
      ...session.headers(),
    },
    body: files ? formOf(sent) : sent.text,
    signal: bounded,
    keepalive: outlives && !files, // browsers let little outlive a page
  });
}
