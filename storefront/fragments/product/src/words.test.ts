import assert from 'node:assert/strict';
import {test} from 'node:test';
import {apart, sentFrom, stockOf} from './words.ts';

test('little is told as little, and nothing as nothing', () => {
  assert.deepEqual([0, 1, 10, 11].map((n) => stockOf(n).tone), ['bad', 'warn', 'warn', 'good']);
  assert.match(stockOf(undefined).text, /do not know/);
});

test('no pieces are something else than not knowing', () => {
  assert.equal(sentFrom(null), 'unknown at the moment');
  assert.equal(sentFrom([]), 'nowhere at the moment');
  assert.equal(sentFrom([{quantity: 0, warehouse: {city: 'Rome'}}, {quantity: 2, warehouse: {city: 'Berlin'}}]), 'Berlin');
});

test('variants are called by what differs', () => {
  const variant = (material: string, colour: string) => [{name: 'Material', value: material}, {name: 'Colour', value: colour}];
  const all = [variant('Oak', 'Red'), variant('Oak', 'Blue')];
  assert.equal(apart(variant('Oak', 'Red'), all), 'Red');
  assert.equal(apart(variant('Oak', 'Red'), [variant('Oak', 'Red')]), '');
});
