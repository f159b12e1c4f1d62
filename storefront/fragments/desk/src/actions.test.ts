import assert from 'node:assert/strict';
import {test} from 'node:test';
import {actionsOf, states} from './actions.ts';
import type {OrderState} from './graphql.ts';

test('what has ended cannot be changed any more', () => {
  for (const state of ['DELIVERED', 'REJECTED', 'CANCELLED', 'EXPIRED'] as const) assert.deepEqual(actionsOf(state), []);
});

test('only what is paid can be shipped', () => {
  const shippable = (Object.keys(states) as OrderState[]).filter((s) => actionsOf(s).some((a) => a.kind === 'ship'));
  assert.deepEqual(shippable, ['CONFIRMED']);
});
