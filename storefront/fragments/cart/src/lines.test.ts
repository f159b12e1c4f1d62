import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {CartLinesFragment} from './graphql.ts';
import {withQuantity} from './lines.ts';

const euros = (minor: number) => ({__typename: 'Money' as const, minor, currency: 'EUR' as const});
const line = (upc: string, quantity: number, price: number): CartLinesFragment['lines'][number] => ({
  __typename: 'CartLine', quantity, unitPrice: euros(price), total: euros(price * quantity),
  product: {__typename: 'Product', upc, name: upc, category: null, attributes: [], availability: null},
});
const cart: CartLinesFragment = {__typename: 'Cart', id: 'c1', quantity: 3, total: euros(4500), lines: [line('p1', 2, 1000), line('p2', 1, 2500)]};

test('another quantity changes line, total and count', () => {
  const next = withQuantity(cart, 'p1', 5);
  assert.equal(next.quantity, 6);
  assert.equal(next.total?.minor, 7500);
  assert.equal(next.lines[0]?.total.minor, 5000);
  assert.equal(cart.lines[0]?.quantity, 2, 'the old cart stays as it was, to go back to');
});

test('none takes the line out, and the last one the total', () => {
  const one = withQuantity(cart, 'p1', 0);
  assert.deepEqual(one.lines.map((l) => l.product?.upc), ['p2']);
  assert.equal(withQuantity(one, 'p2', 0).total, null);
});
