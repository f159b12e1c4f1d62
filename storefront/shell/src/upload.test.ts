import assert from 'node:assert/strict';
import {test} from 'node:test';
import {formOf, packed} from './upload.ts';

test('files leave null where they stood', () => {
  const [one, two] = [new Blob(['1']), new Blob(['22'])];
  const sent = packed({documentId: 'd', variables: {input: {upc: 'p1', pictures: [{file: one, alt: 'a'}, {file: two}]}, n: null}});
  assert.deepEqual(JSON.parse(sent.text), {documentId: 'd', variables: {input: {upc: 'p1', pictures: [{file: null, alt: 'a'}, {file: null}]}, n: null}});
  const form = formOf(sent);
  assert.deepEqual([...form.keys()], ['operations', 'map', '0', '1']);
  assert.deepEqual(JSON.parse(String(form.get('map'))), {0: ['variables.input.pictures.0.file'], 1: ['variables.input.pictures.1.file']});
  assert.equal((form.get('1') as File).size, 2);
});

test('what has no files stays as it is', () => {
  assert.equal(packed({documentId: 'd', variables: {a: [1, {b: true}]}}).files.size, 0);
});
