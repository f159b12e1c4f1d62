import assert from 'node:assert/strict';
import {test} from 'node:test';
import {shares} from './shares.ts';

test('every rating is counted once', () => {
  assert.deepEqual(shares([5, 5, 3, 1]).map(({n}) => n), [2, 0, 1, 0, 1]);
  assert.equal(shares([5, 5, 3, 1])[0]?.share, 0.5);
});

test('no ratings make no shares', () => {
  assert.ok(shares([]).every(({share}) => share === 0));
});
