import assert from 'node:assert/strict';
import {test} from 'node:test';
import {shares} from './histogram.ts';

test('every number of stars has its share', () => {
  assert.deepEqual(shares([{stars: 5, count: 3}, {stars: 1, count: 1}]).map(({n, share}) => [n, share]), [[3, 0.75], [0, 0], [0, 0], [0, 0], [1, 0.25]]);
});

test('no reviews make no shares', () => {
  assert.ok(shares([]).every(({share}) => share === 0));
});
