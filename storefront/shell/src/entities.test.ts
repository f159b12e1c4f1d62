import assert from 'node:assert/strict';
import {test} from 'node:test';
import {before, entitiesIn, merged} from './entities.ts';
import {put} from './deferred.ts';

const page = {
  __typename: 'Query',
  cart: {__typename: 'Cart', id: 'c1', quantity: 1},
  product: {__typename: 'Product', upc: 'p1', name: 'Chair', related: [{__typename: 'Product', upc: 'p2', price: 5}]},
};

test('what is known of an entity reaches every place, and nothing else changes', () => {
  const next = merged(page, entitiesIn({cart: {__typename: 'Cart', id: 'c1', quantity: 3}, p: {__typename: 'Product', upc: 'p2', price: 7}}));
  assert.equal(next.cart.quantity, 3);
  assert.equal(next.product.related[0]?.price, 7);
  assert.equal(page.cart.quantity, 1);
  assert.equal(merged(page, entitiesIn({x: {__typename: 'Cart', id: 'other', quantity: 9}})), page, 'a tree that does not change is the same one');
});

test('a place gets no fields that it has not asked for', () => {
  const next = merged(page, entitiesIn({__typename: 'Product', upc: 'p1', name: 'Chair', reviews: []}));
  assert.ok(!('reviews' in next.product));
});

test('a change can be undone', () => {
  const change = [{__typename: 'Cart', id: 'c1', quantity: 8}];
  const old = before(page, change);
  const changed = merged(page, entitiesIn(change));
  assert.equal(changed.cart.quantity, 8);
  assert.deepEqual(merged(changed, entitiesIn(old)), page);
});

test('deferred parts are put where they belong, also onto objects that are there', () => {
  const old = {product: {upc: 'p1', brand: {id: 'b'}}, list: [{id: 1}, {id: 2}]};
  const next = put(put(old, ['product'], {reviews: [], brand: {name: 'B'}}), ['list', 1], {x: true});
  assert.deepEqual(next, {product: {upc: 'p1', brand: {id: 'b', name: 'B'}, reviews: []}, list: [{id: 1}, {id: 2, x: true}]});
  assert.deepEqual(old.list, [{id: 1}, {id: 2}]);
});
