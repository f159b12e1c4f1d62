import assert from 'node:assert/strict';
import {test} from 'node:test';
import {diceOf, draw} from './picture.ts';
import {drawingOf} from './drawings/index.ts';

const lamp = {upc: 'p12', name: 'Kite Brass Floor Lamp', category: {id: 'lamps'}};

test('a product always looks the same, and others look different', () => {
  assert.equal(draw(lamp), draw({...lamp}));
  assert.notEqual(draw(lamp), draw({...lamp, upc: 'p13'}));
});

test('names say what is drawn, then categories, then it is in its box', () => {
  assert.notEqual(drawingOf('Fern Linen Sofa Bed'), drawingOf('Fern Linen Bed'));
  assert.equal(drawingOf('Moonrise Lamp'), drawingOf('Reed Lamp 7'));
  assert.equal(drawingOf('Something New', 'rugs'), drawingOf('Nest Wool Rug'));
  assert.equal(drawingOf('Something New'), drawingOf('Tide Pine Box'));
});

test('pictures refer to nothing and hold no text of the product', () => {
  const picture = draw({upc: 'p1', name: '<script>alert(1)</script> Chair'});
  assert.ok(!picture.includes('script'));
  assert.deepEqual(picture.match(/https?:[^"]*/g), ['http://www.w3.org/2000/svg']);
  assert.ok(!/NaN|undefined/.test(picture));
});

test('dice are fair enough', () => {
  const dice = diceOf('p1');
  const mean = Array.from({length: 1000}, dice).reduce((a, b) => a + b) / 1000;
  assert.ok(Math.abs(mean - 0.5) < 0.05, String(mean));
});
