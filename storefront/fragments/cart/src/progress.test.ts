import assert from 'node:assert/strict';
import {test} from 'node:test';
import {cancellable, failed, steps, titleOf} from './progress.ts';

test('an order can be called off until it is sent', () => {
  assert.deepEqual(steps.map((s) => cancellable(s.state)), [true, true, true, true, false, false]);
});

test('every state has a name for people', () => {
  for (const state of ['PLACED', 'RESERVED', 'AUTHORISED', 'CONFIRMED', 'SHIPPED', 'DELIVERED', 'REJECTED', 'CANCELLED', 'EXPIRED'] as const) {
    assert.notEqual(titleOf(state), state);
    assert.equal(failed(state), !steps.some((s) => s.state === state));
  }
});
