import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failed } from '../src/lib/api';
import { language } from '../src/lib/i18n';
import { ms, total } from '../src/desk/operator/sums';
import { afterIn } from '../src/station/study/after';
import { cardProblem } from '../src/station/study/Me';
import { POST_MS, Reporter, STILL_MS, type Body, type Counted } from '../src/station/study/reporter';
import { minutes, monthOf, namesIn, turnMonth, within as lengthOf } from '../src/study/api';
import { checkDigit, digitsOf, isNumber, printed } from '../src/study/number';
import { within } from '../src/study/Heads';
import { outsideOf, problems, typed } from '../src/study/OutsideFields';
import { tries } from '../src/study/smaller';

// A node that takes what is sent, or does not; and a clock that stands still.
function node() {
  const it = {
    now: 1000,
    sent: [] as { body: Body; leaving: boolean }[],
    answer: (): Promise<Counted> => Promise.resolve({ ms: 0, own: 0 }),
    ids: 0,
  };
  const reporter = new Reporter(() => ({ lesson: 'a#1', rev: 1, as: 'video' }), {
    now: () => it.now,
    id: () => String(++it.ids).padStart(16, '0'),
    send(body, leaving) {
      it.sent.push({ body, leaving });
      return it.answer();
    },
  });
  return { it, reporter };
}
const settled = () => new Promise((done) => setImmediate(done));

test('a play is told from its beginning, then every ten seconds, then that it is left', async () => {
  const { it, reporter } = node();
  reporter.note(0, 600, 1, 'playing');
  await settled();
  assert.equal(it.sent.length, 1);
  for (it.now = 6000; it.now <= 21000; it.now += 5000) {
    reporter.note((it.now - 1000) / 1000, 600, 1, 'playing');
    reporter.tick();
    await settled();
  }
  assert.deepEqual(it.sent.map(({ body }) => body.samples.length), [1, 2, 2]);
  it.now += 1000;
  reporter.note(21, 600, 1, 'paused');
  await settled();
  reporter.leave();
  const last = it.sent[it.sent.length - 1]!;
  assert.ok(last.leaving && last.body.end);
  assert.equal(new Set(it.sent.map(({ body }) => body.play)).size, 1);
  assert.equal(last.body.of, 600);
});

test('what nobody pressed play on is told to nobody', () => {
  const { it, reporter } = node();
  reporter.note(0, 600, 1, 'waiting');
  reporter.note(0, 600, 1, 'paused');
  reporter.tick();
  reporter.leave();
  assert.equal(it.sent.length, 0);
});

test('what a node that is away did not hear is told when it is back', async () => {
  const { it, reporter } = node();
  it.answer = () => Promise.reject(new Failed('offline', 0, 'away'));
  reporter.note(0, 600, 1, 'playing');
  reporter.key();
  await settled();
  for (let n = 0; n < 4; n++) {
    it.now += POST_MS;
    reporter.note(n * 10 + 10, 600, 1, 'playing');
    reporter.tick();
    await settled();
  }
  it.answer = () => Promise.resolve({ ms: 0, own: 0 });
  it.now += POST_MS;
  reporter.tick();
  const { body } = it.sent[it.sent.length - 1]!;
  assert.deepEqual(body.samples.map((one) => one.at), [0, 10, 20, 30, 40]);
  assert.equal(body.keys, 1);
});

test('however long a node is away, a post stays small', async () => {
  const { it, reporter } = node();
  it.answer = () => Promise.reject(new Failed('offline', 0, 'away'));
  for (let n = 0; n < 1000; n++) {
    it.now += 5000;
    reporter.note(n * 5, 90000, 1, 'playing');
    reporter.tick();
    await settled();
  }
  assert.ok(it.sent.every(({ body }) => body.samples.length <= 120));
  const { body } = it.sent[it.sent.length - 1]!;
  assert.equal(body.samples.length, 120);
  assert.ok(body.samples[119]!.at >= 998 * 5);
});

test('a play the node takes no more is followed by a new one', async () => {
  const { it, reporter } = node();
  it.answer = () => Promise.reject(new Failed('not_found', 404, 'no such play'));
  reporter.note(0, 600, 1, 'playing');
  await settled();
  it.answer = () => Promise.resolve({ ms: 0, own: 0 });
  it.now += 5000;
  reporter.note(5, 600, 1, 'playing');
  await settled();
  assert.deepEqual(it.sent.map(({ body }) => body.play), ['0000000000000001', '0000000000000002']);
  assert.deepEqual(it.sent[1]!.body.samples.map((one) => one.at), [5]);
});

test('what stands still is said now and then, and is over after a while', async () => {
  const { it, reporter } = node();
  reporter.note(0, 600, 1, 'playing');
  await settled();
  for (let waited = 0; waited < STILL_MS + 60_000; waited += 5000) {
    it.now += 5000;
    reporter.note(3, 600, 1, 'paused');
    reporter.tick();
    await settled();
  }
  const gaps = it.sent.slice(1).map(({ body }) => body.samples.length);
  assert.ok(gaps.length > 20 && gaps.length < 40, `${gaps.length} posts`); // none is 60 s after another
  assert.equal(it.sent.filter(({ body }) => body.end).length, 1);
  it.now += 5000;
  reporter.note(3, 600, 1, 'playing');
  assert.equal(it.sent[it.sent.length - 1]!.body.play, '0000000000000002');
});

test('one post at a time, and the end comes after what is under way', async () => {
  const { it, reporter } = node();
  let done: (said: Counted) => void = () => undefined;
  it.answer = () => new Promise((answered) => { done = answered; });
  reporter.note(0, 600, 1, 'playing');
  it.now += 30_000;
  reporter.note(30, 600, 1, 'playing');
  reporter.tick();
  reporter.leave();
  await settled();
  assert.equal(it.sent.length, 1);
  done({ ms: 0, own: 0 });
  await settled();
  assert.equal(it.sent.length, 2);
  assert.ok(it.sent[1]!.body.end);
  assert.deepEqual(it.sent[1]!.body.samples.map((one) => one.at), [30]);
});

test('the end brings what failed just before it', async () => {
  const { it, reporter } = node();
  let fail: (why: unknown) => void = () => undefined;
  it.answer = () => new Promise((_, failed) => { fail = failed; });
  reporter.note(0, 600, 1, 'playing');
  it.now += 5000;
  reporter.note(5, 600, 1, 'playing');
  reporter.leave();
  fail(new Failed('offline', 0, 'away'));
  await settled();
  assert.deepEqual(it.sent[1]!.body.samples.map((one) => one.at), [0, 5]);
});

test('a page that goes away waits for nothing, and says once more what is under way', () => {
  const { it, reporter } = node();
  it.answer = () => new Promise(() => undefined);
  reporter.note(0, 600, 1, 'playing');
  it.now += 5000;
  reporter.note(5, 600, 1, 'playing');
  reporter.leave(true);
  assert.equal(it.sent.length, 2);
  assert.ok(it.sent[1]!.body.end);
  assert.deepEqual(it.sent[1]!.body.samples.map((one) => one.at), [0, 5]);
});

test('a sample out of its order is left out', () => {
  const { it, reporter } = node();
  it.answer = () => new Promise(() => undefined);
  reporter.note(0, 600, 1, 'playing', 5000);
  reporter.note(9, 600, 1, 'playing', 4000);
  reporter.leave(true);
  assert.deepEqual(it.sent[1]!.body.samples.map((one) => one.at), [0]);
});

test('the lessons of a study come one after the other, then its register', () => {
  const running = { lessons: [{ id: 'a', title: 'A' }, { id: 'b', title: 'B' }] };
  assert.deepEqual(afterIn(running, 'a'), { id: 'b', title: 'B' });
  assert.equal(afterIn(running, 'b'), 'register');
  assert.equal(afterIn(running, 'c'), null);
  assert.equal(afterIn(null, 'a'), null);
});

test('names are taken as people write them, each once', () => {
  assert.deepEqual(namesIn('何建国、李秀英, 王芳\n何建国  赵六；'), ['何建国', '李秀英', '王芳', '赵六']);
  assert.deepEqual(namesIn('  '), []);
  assert.deepEqual(namesIn('王　芳 李 明、赵六\n𠮷 田 欧阳惠'), ['王芳', '李明', '赵六', '𠮷田', '欧阳惠']);
  assert.deepEqual(namesIn('王\n芳'), ['王', '芳']);
});

test('a card number is read as it is typed, and checked', () => {
  const number = `471183920${checkDigit('471183920')}`;
  assert.ok(isNumber(number));
  assert.ok(isNumber(digitsOf(`471 183-920${number[9]}`)) && isNumber(digitsOf(number.replace(/\d/g, (d) => String.fromCharCode(0xff10 + Number(d))))));
  for (let at = 0; at < 10; at++) // one wrong digit is always seen
    for (let digit = 0; digit < 10; digit++)
      if (String(digit) !== number[at]) assert.ok(!isNumber(number.slice(0, at) + digit + number.slice(at + 1)));
  assert.ok(isNumber('4711839206') && !isNumber('4711839205')); // as tests/unit/signing/test_cardid.c
  assert.equal(printed('4711839206'), '471 183 9206');
  assert.equal(printed('471'), '471');
  assert.equal(printed('471183'), '471 183');
});

test('months are those of Beijing, and turn over the year', () => {
  assert.equal(monthOf(Date.UTC(2026, 9, 31, 15, 59)), '2026-10');
  assert.equal(monthOf(Date.UTC(2026, 9, 31, 16, 0)), '2026-11');
  assert.equal(turnMonth('2026-12', 1), '2027-01');
  assert.equal(turnMonth('2026-01', -1), '2025-12');
  assert.equal(turnMonth('2026-01', -25), '2023-12');
});

test('minutes are added up before they are rounded down', () => {
  assert.equal(minutes(119_999), 1);
  const of = { collective_ms: 59_999, personal_ms: 1, open_ms: 60_000, hand_ms: 0, doubtful_ms: 60_000 };
  assert.equal(total(of), 2);
  assert.equal(ms({ open_minutes: 3 }, 'open'), 180_000);
  assert.equal(ms({}, 'hand'), 0);
});

test('what was shown is as long as its spans together', () => {
  assert.equal(lengthOf([]), 0);
  assert.equal(lengthOf([1, 3, 5, 6]), 3);
});

test('heads stay within what a register takes', () => {
  assert.equal(within(-3), 0);
  assert.equal(within(5003), 5000);
});

test('material from elsewhere needs a title and minutes', () => {
  assert.deepEqual(Object.keys(problems(typed())), ['title', 'minutes']);
  assert.deepEqual(Object.keys(problems({ kind: 'disc', title: '羊', minutes: '0' })), ['minutes']);
  assert.deepEqual(Object.keys(problems({ kind: 'disc', title: '羊'.repeat(67), minutes: '40' })), ['title']);
  assert.deepEqual(problems({ kind: 'disc', title: '羊'.repeat(66), minutes: '1440' }), {});
  assert.deepEqual(outsideOf({ kind: 'teacher', title: ' 羊 ', minutes: '40' }), { kind: 'teacher', title: '羊', minutes: 40 });
});

test('a photo is tried smaller and smaller, in its shape', () => {
  const all = Array.from(tries(4000, 3000));
  assert.deepEqual(all[0], { width: 960, height: 720, quality: 0.8 });
  const last = all[all.length - 1]!;
  assert.ok(last.width <= 240 && last.quality === 0.4);
  assert.ok(all.every(({ width, height }) => Math.abs(width / height - 4 / 3) < 0.02));
  assert.equal(Array.from(tries(10, 20))[0]!.height, 20);
});

test('why a card was not let in is said in words', () => {
  language.set('en');
  assert.match(cardProblem(new Failed('untrusted', 401, '', { left: 3 })), /3 tries/);
  assert.match(cardProblem(new Failed('limited', 429, '', { wait_s: 60 })), /Wait 1 min/);
  assert.match(cardProblem(new Failed('not_found', 404, '')), /does not know the card yet/);
});
