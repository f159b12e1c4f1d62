import assert from 'node:assert/strict';
import {test} from 'node:test';
import {address, choiceOf, chosen, toggled} from './choice.ts';

test('an address says what was chosen', () => {
  const text = address({category: ['lamps', 'sofas'], is: ['Material:Oak'], max: '99.5', sort: 'PRICE_ASC'});
  assert.equal(text, '/?category=lamps&category=sofas&is=Material%3AOak&max=99.5&sort=PRICE_ASC');
  const choice = choiceOf({category: 'lamps|sofas', is: 'Material:Oak', max: '99.5', sort: 'PRICE_ASC'});
  assert.equal(address(choice), text);
  assert.equal(chosen(choice), 4);
});

test('what is as usual is left out', () => {
  assert.equal(address({sort: 'BEST_SELLING', q: '', category: []}), '/');
  assert.equal(chosen(choiceOf({q: 'oak', sort: 'NEWEST'})), 0);
});

test('a second click takes a choice back', () => {
  assert.deepEqual(toggled(toggled([], 'a'), 'b'), ['a', 'b']);
  assert.deepEqual(toggled(['a', 'b'], 'a'), ['b']);
});
