import assert from 'node:assert/strict';
import {test} from 'node:test';
import {address, choiceOf} from './choice.ts';

test('an address says what was chosen', () => {
  const text = address({category: 'lamps', max: '99.5', sort: 'PRICE_ASC'});
  assert.equal(text, '/?category=lamps&max=99.5&sort=PRICE_ASC');
  const {choice, variables} = choiceOf(Object.fromEntries(new URLSearchParams(text.slice(2))));
  assert.equal(choice.category, 'lamps');
  assert.deepEqual(variables, {filter: {categoryId: 'lamps', brandId: undefined, minPrice: undefined, maxPrice: 9950}, sort: 'PRICE_ASC'});
});

test('what is as usual is left out, what is no price does not count', () => {
  assert.equal(address({sort: 'BEST_SELLING', q: ''}), '/');
  assert.deepEqual(choiceOf({min: 'cheap', max: '-3'}).variables.filter, {categoryId: undefined, brandId: undefined, minPrice: undefined, maxPrice: undefined});
});
