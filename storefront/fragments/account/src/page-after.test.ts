import assert from 'node:assert/strict';
import {test} from 'node:test';
import {pageAfter} from './page-after.ts';

test('one goes on within the shop', () => {
  assert.equal(pageAfter('/cart'), '/cart');
  assert.equal(pageAfter('/p/p1?x=1'), '/p/p1?x=1');
});

test('no address leads to another site', () => {
  for (const bad of [undefined, '', 'cart', '//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)']) {
    assert.equal(pageAfter(bad), undefined, String(bad));
  }
});
