import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RETRY_MS, stream } from '../src/lib/events';

class Fake {
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  takers: Record<string, (e: unknown) => void> = {};
  addEventListener(name: string, take: (e: unknown) => void) { this.takers[name] = take; }
  close() { this.closed = true; }
}

test('a stream that breaks is opened again, later and later, and says so', () => {
  const made: Fake[] = [];
  const waits: number[] = [];
  const told: boolean[] = [];
  const heard: unknown[] = [];
  let work: (() => void) | null = null;
  const s = stream({
    url: '/api/events',
    on: { library: (data) => heard.push(data) },
    connected: (yes) => told.push(yes),
    make: () => { const f = new Fake(); made.push(f); return f as unknown as EventSource; },
    later: (w, ms) => { work = w; waits.push(ms); },
  });
  made[0]!.onopen!();
  made[0]!.takers.library!({ data: '{"n":1}' });
  made[0]!.takers.library!({ data: 'nonsense' });
  made[0]!.onerror!();
  assert.ok(made[0]!.closed);
  work!();
  made[1]!.onerror!();
  work!();
  made[2]!.onopen!();
  made[2]!.onerror!();
  assert.deepEqual(waits, [RETRY_MS[0], RETRY_MS[1], RETRY_MS[0]]);
  assert.deepEqual(told, [true, false, true, false]);
  assert.deepEqual(heard, [{ n: 1 }]);
  s.close();
  work!();
  assert.equal(made.length, 3);
});
