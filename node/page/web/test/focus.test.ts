import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose, type Box } from '../src/lib/focus';

const box = (left: number, top: number, width = 100, height = 60): Box =>
  ({ left, top, right: left + width, bottom: top + height });
// two rows of three, the second indented
const grid = [box(0, 0), box(120, 0), box(240, 0), box(60, 100), box(180, 100), box(300, 100)];
const from = (index: number) => [grid[index]!, grid.filter((_, i) => i !== index)] as const;
const go = (index: number, way: 'left' | 'right' | 'up' | 'down') => {
  const [here, others] = from(index);
  const at = choose(here, others, way);
  return at < 0 ? -1 : grid.indexOf(others[at]!);
};

test('left and right stay in the row', () => {
  assert.equal(go(0, 'right'), 1);
  assert.equal(go(1, 'right'), 2);
  assert.equal(go(2, 'right'), -1); // box 5 lies to the right, but in another row
  assert.equal(go(0, 'left'), -1);
});

test('up and down go to the nearest of the next row', () => {
  assert.equal(go(0, 'down'), 3);
  assert.equal(go(2, 'down'), 4);
  assert.equal(go(5, 'up'), 2);
  assert.equal(go(0, 'up'), -1);
});

test('a nearer row goes before one that is better in line', () => {
  const rows = [box(0, 100), box(400, 200), box(0, 400)];
  assert.equal(choose(rows[0]!, rows.slice(1), 'down'), 0);
});

test('boxes that overlap a little are still beside each other', () => {
  assert.equal(choose(box(0, 0), [box(90, 0)], 'right'), 0);
  assert.equal(choose(box(0, 0), [box(0, 0)], 'right'), -1);
});

test('a wide box below is reached from both its ends', () => {
  const wide = box(0, 100, 600, 40);
  assert.equal(choose(box(500, 0), [wide], 'down'), 0);
  assert.equal(choose(wide, [box(500, 0)], 'up'), 0);
});

test('what stands in no row of it is reached sideways only when asked for', () => {
  assert.equal(choose(box(0, 300), [box(200, 0)], 'right'), -1);
  assert.equal(choose(box(0, 300), [box(200, 0)], 'right', true), 0);
  assert.equal(choose(box(0, 300), [box(200, 0)], 'left', true), -1);
});
