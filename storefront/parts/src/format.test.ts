import assert from 'node:assert/strict';
import {test} from 'node:test';
import {count, country, money, size, weight} from './format.ts';

test('amounts are written as the reader writes them', () => {
  assert.equal(money({minor: 123456, currency: 'EUR'}, 'en-IE'), '€1,234.56');
  assert.equal(money({minor: 123456, currency: 'EUR'}, 'de-DE').replace(/\s/, ' '), '1.234,56 €');
  assert.equal(money({minor: '500', currency: 'JPY'}, 'en-US'), '¥500', 'the yen has no smaller unit');
});

test('measures fit their size', () => {
  assert.equal(weight(950, 'en'), '950 g');
  assert.equal(weight(5901, 'en'), '5.9 kg');
  assert.equal(size({width: 1559, height: 1819, depth: 694}, 'en'), '156 × 182 × 69 cm');
});

test('counts have their noun', () => {
  assert.equal(count(1, 'piece', undefined, 'en'), '1 piece');
  assert.equal(count(1200, 'piece', undefined, 'en'), '1,200 pieces');
  assert.equal(country('PT', 'en'), 'Portugal');
  assert.equal(country('not a code', 'en'), 'not a code');
});
