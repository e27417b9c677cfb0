import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Failed } from '../src/lib/api';
import { language } from '../src/lib/i18n';
import { countdown, pinProblem, refusal } from '../src/desk/login/pin';
import { press } from '../src/ui/PinPad';
import { STEPS, stepName } from '../src/desk/operator/Drives';
import { BUCKET_S, BUCKETS, Picture, shares } from '../src/desk/operator/rates';
import { worries } from '../src/desk/operator/Health';
import { at, day, format, idle, parse as parseRule, problem, usual } from '../src/desk/operator/rules';
import { knownSentences, said } from '../src/desk/operator/said';
import { amount, bytes, written } from '../src/desk/operator/sizes';
import { standing } from '../src/desk/operator/Trust';
import { href, parse as route } from '../src/desk/route';
import { desk as sample } from './mock/data';

const from = (uplink = 0, neighbour = 0, drive = 0, cache = 0) => ({ uplink, neighbour, drive, cache });
const sum = (list: number[]) => Math.round(list.reduce((a, b) => a + b, 0) * BUCKET_S);

test('bytes by source are spread over the time they came in', () => {
  const picture = new Picture();
  picture.heard([{ id: 'a', btmh: '', from: from(1000) }], 10);
  picture.heard([{ id: 'a', btmh: '', from: from(1000 + 8000, 400) }], 18);
  assert.equal(picture.turn(20), true);
  assert.equal(picture.turn(21), false);
  const { times, rates } = picture.lines();
  assert.equal(times.length, BUCKETS);
  assert.equal(times[BUCKETS - 1], 0);
  assert.deepEqual(rates.uplink.slice(-5), [1000, 1000, 1000, 1000, 0]); // what came before was before
  assert.equal(sum(rates.neighbour), 400);
  assert.equal(picture.lately('uplink', 2), 500);
});

test('a payload that begins while we watch counts from its first byte, one that is done stays counted', () => {
  const picture = new Picture();
  picture.heard([], 10);
  picture.heard([{ id: 'a', btmh: '', from: from(0, 0, 600) }], 12);
  picture.heard([], 14);
  picture.heard([{ id: 'b', btmh: '', from: from(0, 0, 0, 50) }], 16);
  picture.turn(18);
  assert.equal(sum(picture.lines().rates.drive), 600);
  assert.equal(sum(picture.lines().rates.cache), 50);
});

test('the last bytes of what became whole are counted, and once', () => {
  const picture = new Picture();
  const old = { id: 'old', from: from(999) };
  picture.heard([{ id: 'a', btmh: '', from: from(100) }], 10, [old]);
  picture.heard([], 12, [{ id: 'a', from: from(300, 50) }, old]);
  picture.heard([], 14, [{ id: 'c', from: from(0, 0, 70) }, { id: 'a', from: from(300, 50) }, old]);
  picture.turn(18);
  const { rates } = picture.lines();
  assert.deepEqual([sum(rates.uplink), sum(rates.neighbour), sum(rates.drive)], [200, 50, 70]);
});

test('a node that starts again, and counts anew, makes no peak and nothing below zero', () => {
  const picture = new Picture();
  picture.heard([{ id: 'a', btmh: '', from: from(1e9) }], 10);
  picture.heard([{ id: 'a', btmh: '', from: from(100) }], 12);
  picture.turn(14);
  assert.equal(sum(picture.lines().rates.uplink), 0);
});

test('after a long silence no more is drawn than the picture holds, and what is old goes', () => {
  const picture = new Picture();
  picture.heard([{ id: 'a', btmh: '', from: from(0) }], 0);
  picture.heard([{ id: 'a', btmh: '', from: from(30000) }], 100000);
  picture.turn(100000);
  assert.ok(Math.max(...picture.lines().rates.uplink) <= 30000 / (BUCKET_S * BUCKETS) + 1);
  picture.turn(100000 + BUCKETS * BUCKET_S * 2);
  assert.equal(sum(picture.lines().rates.uplink), 0);
});

test('a bar shows shares of what is here, never more than all', () => {
  assert.deepEqual(shares({ bytes: 100, progress: 0.5, from: from(30, 20) }), from(0.3, 0.2));
  const twice = shares({ bytes: 100, progress: 1, from: from(100, 100) });
  assert.equal(twice.uplink + twice.neighbour, 1);
  assert.deepEqual(shares({ bytes: 0, progress: 0, from: from() }), from());
});

test('PINs are typed, and plainly bad ones are told', () => {
  assert.equal(press('12', '3', 12), '123');
  assert.equal(press('123', 'delete', 12), '12');
  assert.equal(press('1234', '5', 4), '1234');
  assert.equal(press('1', 'a', 4), '1');
  assert.equal(pinProblem('123'), 'short');
  assert.equal(pinProblem('1234567890123'), 'short');
  assert.equal(pinProblem('1234'), 'easy');
  assert.equal(pinProblem('7777'), 'easy');
  assert.equal(pinProblem('9876'), 'easy');
  assert.equal(pinProblem('7193'), null);
});

test('a refused login says how many tries are left, or how long to wait', () => {
  assert.deepEqual(refusal(new Failed('untrusted', 401, '', { left: 2 })), { left: 2 });
  assert.deepEqual(refusal(new Failed('untrusted', 401, '', { left: 0, wait_s: 60 })), { wait_s: 60 });
  assert.deepEqual(refusal(new Failed('limited', 429, '', { wait_s: 120 })), { wait_s: 120 });
  assert.equal(refusal(new Failed('busy', 429, '', { wait_s: 2 })), null);
  assert.equal(refusal(new Failed('offline', 0, '')), null);
  assert.equal(countdown(59.2), '1:00');
  assert.equal(countdown(61), '1:01');
  assert.equal(countdown(-3), '0:00');
});

test('sizes are read and written as node.conf has them', () => {
  assert.equal(bytes('1536M'), 1536 * 1024 ** 2);
  assert.equal(bytes('x'), null);
  assert.deepEqual(amount('200G'), { text: '200', unit: 'G' });
  assert.deepEqual(amount('1536M'), { text: '1.5', unit: 'G' });
  assert.deepEqual(amount('2T'), { text: '2', unit: 'T' });
  assert.deepEqual(amount(''), { text: '', unit: 'G' });
  assert.equal(written({ text: '200', unit: 'G' }), '200G');
  assert.equal(written({ text: '1,5', unit: 'G' }), '1536M');
  assert.equal(written({ text: ' ', unit: 'G' }), '');
  for (const text of ['-1', '0', 'viel', '1e3']) assert.equal(written({ text, unit: 'G' }), null, text);
});

test('addresses of the desks lead where they came from', () => {
  for (const [page, of] of [['drives', ''], ['draft', '00a1'], ['lesson', 'zixing.example/431081/lessons#0c0001']] as const)
    assert.deepEqual(route(href(page, of)), { page, of });
  assert.deepEqual(route('#/draft/%zz'), { page: 'draft', of: '%zz' });
});

// The command line knows these in Chinese, too; here they are in words for who
// stands at the desk.
test('what the node says of lessons has its words at the desk', () => {
  const source = (path: string) => readFileSync(`${HERE}/../../../${path}`, 'utf8').replace(/"\s+"/g, '');
  const texts = [
    ...Array.from(source('node/cli/trouble.c').matchAll(/is_said\(text, ?"([^"]+)"/g), (m) => m[1]!),
    ...Array.from(source('node/cli/trouble.c').matchAll(/is_said\(text,\s+"([^"]+)"/g), (m) => m[1]!),
    ...Array.from(source('catalog/want.c').matchAll(/\[WANT_REASON_\w+\] =\s*"([^"]+)"/g), (m) => m[1]!),
    ...Array.from(source('node/evict.c').matchAll(/\[EVICT_\w+\] = "([^"]+)"/g), (m) => m[1]!),
    ...Array.from(source('catalog/journal.c').matchAll(/\[JOURNAL_\w+\] = "([^"]+)"/g), (m) => m[1]!),
  ];
  const why = source('node/page/live_picture.c').match(/live_why\([^]*?\n}/)![0];
  const lacks = Array.from(source('node/cache.c').matchAll(/"(no room: [^"]+)"/g), (m) => m[1]!);
  assert.equal(lacks.length, 2);
  for (const more of ['', source('node/cache.c').match(/", and nothing [^"]+"/)![0].slice(1, -1)])
    texts.push(...lacks.map((text) => text.replace(/%s$/, more)));
  texts.push(...Array.from(why.matchAll(/"([^"]+)"/g), (m) => m[1]!));
  assert.ok(texts.length > 25 && texts.includes('others come first'));
  const known = knownSentences();
  for (const text of texts) assert.ok(known.includes(text), `desk/operator/said.ts does not know: ${text}`);
});

test('a sentence keeps what varies in it, and brings what can be done', () => {
  language.set('zh');
  const closed = said('the line is closed until mon 22:00');
  assert.match(closed.text, /周一 22:00/);
  assert.equal(closed.page, 'limits');
  assert.ok(closed.advice);
  language.set('en');
  assert.equal(said("this month's 20.0 GB are used up").text, 'This month’s 18.6 GB are used up');
  assert.equal(said('no room: 2.1 MB lack below the quota of 7.0 MB, and nothing older may go').text, 'There is no room: 2 MB lack below the limit of 6.7 MB, and nothing older may go');
  assert.equal(said('no room: 2.1 MB lack below the quota of 7.0 MB').page, 'storage');
  assert.equal(said('connect: timed out (HTTP 0)').text, 'Nobody who has this lesson answers now');
  assert.match(said('too busy (HTTP 503)').text, /too busy, HTTP 503/);
  assert.deepEqual(said('something new'), { text: 'something new', advice: '' });
});

test('what the node finds wrong with a table has its words', () => {
  const source = ['node/lesson_table.c', 'node/page/page_list.c'].map((path) => readFileSync(`${HERE}/../../../${path}`, 'utf8').replace(/"\s+"/g, '')).join('\n');
  for (const text of ["there is no '", "is no path of words joined by '/', like 产业/养殖/黑山羊", 'is no code of 2, 4, 6, 9 or 12 digits', 'is no day like 2026-11-21', 'a number without a series', '"no file"'])
    assert.ok(source.includes(text), text);
  language.set('zh');
  assert.equal(said("there is no '/d/incoming/羊.mp4'").text, '没有这个文件：/d/incoming/羊.mp4');
  assert.match(said("topic: 'a//b' is no path of words joined by '/', like 产业/养殖/黑山羊").text, /a\/\/b/);
});

test('the steps of a visit are those of the program', () => {
  const source = readFileSync(`${HERE}/../../../node/drive/sync.c`, 'utf8');
  const steps = Array.from(source.matchAll(/\[SYNC_\w+\] = "([^"]+)"/g), (m) => m[1]!);
  assert.deepEqual(steps, STEPS.slice());
  for (const step of steps) assert.notEqual(stepName(step), step);
});

// The lines of tests/unit/node/test_budget.c, whose program decides.
const budget = () => readFileSync(`${HERE}/../../../tests/unit/node/test_budget.c`, 'utf8').replace(/"\s*\n\s*"/g, '');

test('rules for the line are read and written as the node does', () => {
  const texts = /const texts\[\] = \{([^}]*)\}/.exec(budget())![1]!;
  const good = Array.from(texts.matchAll(/"([^"]+)"/g), (m) => m[1]!);
  assert.ok(good.length > 4);
  for (const line of good) assert.equal(format(parseRule(line)!), line);
  assert.equal(format(parseRule('fri-mon 22:00-06:00 down max up 0')!), 'mon,fri-sun 22:00-06:00 up 0');
});

test('what is no rule for the node is none here', () => {
  const cases = Array.from(budget().matchAll(/\{ "([^"]*)", "(?:begins with days|hours|rates)" \}/g), (m) => m[1]!);
  assert.ok(cases.length > 10);
  for (const line of cases) assert.equal(parseRule(line), null, line);
});

test('the first rule that fits counts, over midnight and over the end of the week, too', () => {
  const rules = ['mon-fri 08:00-18:00 down 2M', 'sun 22:00-06:00 down 0', '* 20:00-24:00 down 8M'].map((line) => parseRule(line)!);
  assert.equal(at(rules, 0, 8 * 60), 0);
  assert.equal(at(rules, 0, 18 * 60), -1);
  assert.equal(at(rules, 6, 23 * 60), 1);
  assert.equal(at(rules, 0, 5 * 60 + 59), 1); // Monday before six: Sunday's
  assert.equal(at(rules, 0, 6 * 60), -1);
  assert.equal(at(rules, 5, 23 * 60), 2);
  assert.deepEqual(day(rules, 0), [
    { from: 0, to: 360, rule: 1 }, { from: 360, to: 480, rule: -1 }, { from: 480, to: 1080, rule: 0 },
    { from: 1080, to: 1200, rule: -1 }, { from: 1200, to: 1440, rule: 2 }]);
  assert.deepEqual(day([], 3), [{ from: 0, to: 1440, rule: -1 }]);
});

test('a rule that never counts is named, one that cannot be written, too', () => {
  const rules = ['* 00:00-24:00 down 8M', 'mon 08:00-18:00 down 2M'].map((line) => parseRule(line)!);
  assert.deepEqual(idle(rules), [1]);
  assert.deepEqual(idle(rules.slice().reverse()), []);
  const rule = usual();
  assert.equal(problem(rule), null);
  assert.equal(problem({ ...rule, days: rule.days.map(() => false) }), 'days');
  assert.equal(problem({ ...rule, to: rule.from }), 'hours');
  assert.equal(format(usual()), 'mon-fri 08:00-18:00 down 2M up 500K');
});

test('41 days of silence are said, and a fork before everything else', () => {
  language.set('en');
  const log = { origin: 'x', office: 'Xingning', age_s: 41 * 86400 + 100, forked: false, ended: false };
  assert.equal(standing(log).text, '41 days since Xingning was last heard');
  assert.equal(standing(log).kind, 'warn');
  assert.equal(standing({ ...log, age_s: 3600 }).kind, 'ok');
  assert.equal(standing({ ...log, age_s: null }).kind, 'info'); // not known is not old
  assert.equal(standing({ ...log, forked: true }).kind, 'bad');
  assert.equal(standing({ ...log, ended: true }).kind, 'info');
  assert.match(standing({ ...log, at_least: true }).text, /^at least 41/);
});

test('wrong tries are told, and many of them are a worry', () => {
  const with_ = (wrong_tries: number) => worries({ ...sample().health, wrong_tries });
  assert.equal(with_(9).length, with_(0).length);
  assert.equal(with_(10).length, with_(0).length + 1);
});

test('what is wrong with the machine is said with what to do', () => {
  language.set('en');
  const { health, cache } = sample();
  assert.deepEqual(worries(health, cache), []);
  assert.equal(worries({ ...health, temperature: 91 }, cache).length, 1);
  assert.equal(worries({ ...health, disk_free: 0, clock_good: false, engine: { state: 'resting' } }, cache).length, 3);
});
