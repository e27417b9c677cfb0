import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cell, CARDS_A_PAGE, listOf, numberText, pages, peopleIn } from '../src/desk/office/records/cards';
import { choices, dayOf, isMonth, monthOf, plusMonths } from '../src/desk/office/records/month';
import { bars, byPlace, KINDS, line, minutesOf, ranked, readAt, sayAt, stateOf, sum } from '../src/desk/office/records/rows';
import { contentOf, signed, stateText, whenText, whoOf } from '../src/desk/office/records/said';
import { bookAt } from '../src/desk/office/records/StationBook';
import type { Row } from '../src/desk/office/records/types';
import { mine } from '../src/desk/pages';
import { footOf, sheetNumber } from '../src/desk/paper';
import type { Me } from '../src/lib/api';
import { doubtful, FLAGS, flagMore, flagText, t as counting } from '../src/lib/counting';
import { language } from '../src/lib/i18n';
import { report } from './mock/records';

const row = (more: Partial<Row> = {}): Row => ({ ...sum([]), name: 'x', region: '431081101201', stations: 1, ...more });

test('months and days are those of Beijing, wherever the browser stands', () => {
  assert.equal(monthOf(Date.UTC(2026, 9, 31, 15, 59, 59) / 1000), '2026-10');
  assert.equal(monthOf(Date.UTC(2026, 9, 31, 16, 0, 0) / 1000), '2026-11');
  assert.equal(dayOf(Date.UTC(2026, 11, 31, 16, 0, 0) / 1000), '2027-01-01');
  assert.equal(plusMonths('2026-01', -1), '2025-12');
  assert.equal(plusMonths('2026-12', 1), '2027-01');
  assert.equal(plusMonths('2026-05', -17), '2024-12');
  assert.ok(isMonth('2026-10') && !isMonth('2026-13') && !isMonth('2026-1') && !isMonth(''));
  assert.deepEqual(choices(['2026-03', 'x', '2026-10'], '2026-11'), ['2026-11', '2026-10', '2026-03']);
});

test('a station stands under the longest place that contains it, or elsewhere, and is never lost', () => {
  const places = [row({ region: '431081', name: 'county', stations: 9 }), row({ region: '431081101', name: 'town' })];
  const stations = [row({ region: '431081101201' }), row({ region: '431081102201' }), row({ region: '4311', minutes: 7, silent: 1 })];
  const all = byPlace({ places, stations });
  assert.deepEqual(all.map((one) => [one.place.name, one.stations.length]), [['county', 1], ['town', 1], ['', 1]]);
  assert.equal(all[0]!.place.stations, 9); // the node's own figure
  assert.equal(all[2]!.place.minutes, 7);
  assert.equal(all[2]!.place.silent, 1);
  const whole = report('2026-10');
  const put = byPlace(whole);
  assert.equal(put.reduce((n, one) => n + one.stations.length, 0), whole.stations.length);
  for (const one of put) assert.equal(sum(one.stations).minutes, one.place.minutes);
});

test('bars compare stations, not townships: minutes a station, and the norm where it belongs', () => {
  const small = row({ name: 'small', stations: 2, collective_minutes: 400, open_minutes: 80 });
  const large = row({ name: 'large', stations: 20, collective_minutes: 2000, hand_minutes: 400 });
  const none = row({ name: 'none', stations: 0, collective_minutes: 5 });
  const { bars: all, norm } = bars([small, large, none], 240);
  assert.deepEqual(all.map((bar) => bar.average), [240, 120, 0]);
  assert.equal(norm, 1); // nobody is beyond it: it is the longest
  const part = (i: number) => Object.fromEntries(all[i]!.parts.map((one) => [one.kind, one.share]));
  assert.deepEqual(part(1), { collective: 100 / 240, personal: 0, open: 0, hand: 20 / 240 });
  assert.equal(bars([row({ collective_minutes: 960 })], 240).norm, 0.25);
  assert.equal(bars([], 0).norm, 0);
  for (const bar of bars(report('2026-10').places, 240).bars) {
    const total = bar.parts.reduce((n, one) => n + one.share, 0);
    assert.ok(total >= 0 && total <= 1 + 1e-9);
    assert.equal(bar.parts.length, KINDS.length);
  }
});

test('the line has the months that have figures, in order, thirteen at most', () => {
  assert.deepEqual(line(['2026-01', { month: '2026-03', minutes: 2 }, { month: '2026-02', minutes: 1 }, { month: '2026-04' }]).map((one) => one.month), ['2026-02', '2026-03']);
  assert.equal(line(Array.from({ length: 40 }, (_, i) => ({ month: plusMonths('2024-01', i), minutes: i }))).length, 13);
});

test('rank orders only where the node gave one', () => {
  assert.deepEqual(ranked([row({ name: 'c' }), row({ name: 'b', rank: 2 }), row({ name: 'a', rank: 1 }), row({ name: 'd' })]).map((one) => one.name), ['a', 'b', 'c', 'd']);
});

test('zero and not heard from are different things', () => {
  language.set('en');
  assert.equal(stateOf(row({ zero: 1 })), 'zero');
  assert.equal(stateOf(row({ silent: 1, zero: 1 })), 'silent');
  assert.equal(stateText(row({ state: 'zero' })), 'zero');
  assert.equal(stateText(row({ state: 'silent', heard_s: Date.UTC(2026, 9, 8, 20) / 1000 })), 'not heard from since 9 Oct 2026');
  assert.equal(stateText(row({ state: 'silent', heard_s: null, since: '2024-03-01' })), 'never heard from');
  language.set('zh');
  assert.equal(stateText(row({ state: 'silent', heard_s: Date.UTC(2026, 9, 8, 20) / 1000 })), '2026年10月9日 起没有消息');
});

test('what a register says', () => {
  language.set('en');
  assert.equal(whenText({ began: '2026-10-03 19:30' }), '3 Oct 2026 19:30');
  assert.equal(whenText({ began: null, lo: '2026-10-01', hi: '2026-11-05' }), 'date uncertain (between 1 Oct 2026 and 5 Nov 2026)');
  assert.equal(whenText({}), 'date uncertain');
  const study = { id: '1', heads: 3, ms: 119999, lessons: [{ id: 'a', title: 'Goats' }, 'b#2'], outside: { kind: 'teacher', title: 'Pruning', minutes: 90 }, names: ['Li'], cards: [{ tail: '4711' }, { tail: '0082', name: 'Chen' }] };
  assert.deepEqual(contentOf(study), ['Goats', 'b#2', 'visiting teacher: Pruning (90 min, by hand)']);
  assert.deepEqual(contentOf({ ...study, lessons: [], outside: { kind: 'radio', title: 'x', minutes: 1 } }), ['other: x (1 min, by hand)']);
  assert.deepEqual(whoOf(study), ['Li', 'card …4711', 'Chen']);
  assert.equal(minutesOf(study), 1);
  assert.deepEqual([signed(5), signed(0), signed(-1200)], ['+5', '0', '−1,200']);
});

test('an address says the month, the place and the group, and comes back the same', () => {
  for (const at of [{ month: '2026-10', region: '', group: '' }, { month: '2026-10', region: '431081101', group: '' }, { month: '2026-10', region: '', group: '东江/管区' }])
    assert.deepEqual(readAt(sayAt(at)), at);
  assert.deepEqual(bookAt('7m4k-x2pa/2026-10/equipment'), { code: '7m4k-x2pa', month: '2026-10', book: 'equipment' });
  assert.equal(bookAt('7m4k-x2pa/2026-10/nonsense').book, 'studies');
});

test('a table of people is looked at before it is sent', () => {
  assert.deepEqual(peopleIn('\ufeff姓名,村\r\n陈秀英,兴宁村\r\n\r\n李大山,"兴宁村,二组"\r\n'), { n: 2 });
  assert.deepEqual(peopleIn('Name,Place\nLi,X'), { n: 1 });
  assert.deepEqual(peopleIn('姓名,村\r\n'), { problem: 'empty' });
  assert.deepEqual(peopleIn('陈秀英,兴宁村\n李大山,兴宁村'), { problem: 'columns' });
  assert.deepEqual(peopleIn(''), { problem: 'columns' });
});

test('cards: numbers in groups, ten a page, and no cell that office software would run', () => {
  assert.equal(numberText('4711234567'), '471 123 4567');
  assert.equal(numberText('12'), '12');
  assert.deepEqual(pages(Array.from({ length: 23 }, (_, i) => i)).map((page) => page.length), [10, 10, 3]);
  assert.equal(CARDS_A_PAGE, 10);
  assert.deepEqual(['=1+1', '+8', '-x', '@a', 'a,b', 'say "x"', '李'].map(cell), ["'=1+1", "'+8", "'-x", "'@a", '"a,b"', '"say ""x"""', '李']);
  const list = listOf([{ number: '4711234567', pin: '012345', name: '=cmd', place: '村', region: '431081' }], ['姓名', '村', '地区代码', '卡号', '密码']);
  assert.equal(list, "\ufeff姓名,村,地区代码,卡号,密码\r\n'=cmd,村,431081,471 123 4567,012 345\r\n");
});

test('every mark of the node has its words, and the doubtful ones are those that make no norm', () => {
  const source = readFileSync(`${HERE}/../../../catalog/imported.c`, 'utf8') + readFileSync(`${HERE}/../../../catalog/imported_items.c`, 'utf8');
  for (const flag of FLAGS) {
    language.set('zh');
    assert.ok(flagMore(flag).length > 0 && flagText(flag) !== flag, flag);
    if (flag !== 'forked') assert.ok(source.includes(`"${flag}"`), `the node says ${flag}`);
  }
  assert.ok(doubtful(['interrupted', 'replay']) && !doubtful(['interrupted', 'by-hand', 'clock-unverified']) && !doubtful([]));
  for (const flag of FLAGS) {
    language.set('en');
    assert.equal(/Doubtful/.test(counting(`more-${flag}`)), doubtful([flag]), flag);
  }
  assert.equal(flagText('of-tomorrow'), 'of-tomorrow');
});

test('pages of records are for offices, whether they publish or not', () => {
  const of = (role: Me['role'], keys?: Me['keys']) => mine({ role, keys } as Me).map((page) => page.id);
  assert.ok(!of('operator').includes('report') && !of('operator').includes('cards'));
  assert.ok(of('office').includes('report') && !of('office').includes('published'));
  assert.ok(of('office', { publisher: 'locked' }).includes('published') && of('office', { publisher: 'locked' }).includes('attention'));
});

test('the foot of a sheet says whose it is and its number, whatever an office is called', () => {
  const was = language.get();
  language.set('zh');
  assert.equal(sheetNumber(), '"第 " counter(page) " 页，共 " counter(pages) " 页"');
  language.set('en');
  assert.equal(sheetNumber(), '"page " counter(page) " of " counter(pages)');
  language.set(was);
  assert.ok(footOf('a"b\\c\nd').includes('content: "a\\"b\\\\c d";'));
});

test('different lessons of several stations are not added up', () => {
  assert.equal(sum([row({ lessons: 3 }), row({ lessons: 2 })]).lessons, null);
  assert.equal(sum([row({ lessons: 3 })]).lessons, 3);
});
