import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { Failed } from '../src/lib/api';
import { bar, grid, SIGN } from '../src/desk/office/coverage';
import { columns, COLUMNS, faults, rows, template } from '../src/desk/office/csv';
import { dropped, HIDDEN } from '../src/desk/office/dropped';
import { check, fileProblem, isDay, isTopic, next, titleOf, utf8 } from '../src/desk/office/fields';
import { again, begin, CHUNK, heard, leftSeconds, piece, refused, Speed, turn, type Upload } from '../src/desk/office/upload';
import { asLesson } from '../src/station/DraftPage';
import { coverage, drafts } from './mock/data';

const MB = 1024 * 1024;
const sending = (more: Partial<Upload> = {}): Upload => ({ ...begin('d', 'a.mp4', 10 * MB), state: 'sending', ...more });

test('a file goes in pieces of a megabyte, the last one smaller, and is done', () => {
  let one = begin('d', 'a.mp4', 2.5 * MB);
  const sizes: number[] = [];
  for (let p = piece(one); p; p = piece(one)) {
    sizes.push(p.size);
    assert.equal(p.offset, one.sent);
    one = heard(one, p.offset + p.size);
  }
  assert.deepEqual(sizes, [CHUNK, CHUNK, CHUNK / 2]);
  assert.equal(one.state, 'done');
});

test('a file that is here in part goes on from there, one of another length anew', () => {
  assert.deepEqual(piece(begin('d', 'a', 10 * MB, 3 * MB)), { offset: 3 * MB, size: CHUNK });
  assert.deepEqual(piece(begin('d', 'a', 2 * MB, 3 * MB)), { offset: 0, size: CHUNK });
  assert.equal(piece(begin('d', 'a', 0)), null);
});

test('where the node has other bytes than we thought, it goes on from its', () => {
  const { upload, wait_ms: wait } = refused(sending({ sent: 5 * MB }), new Failed('busy', 409, '', { received: 2 * MB }));
  assert.equal(wait, 0);
  assert.equal(piece(upload)!.offset, 2 * MB);
  assert.equal(refused(sending(), new Failed('busy', 409, '', { received: 10 * MB })).upload.state, 'done');
  // but not for ever
  let one = sending();
  for (let i = 0; i < 5; i++) one = refused(one, new Failed('busy', 409, '', { received: 0 })).upload;
  assert.equal(refused(one, new Failed('busy', 409, '', { received: 0 })).upload.state, 'failed');
});

test('a node that is away is asked again, later and later, and a first answer forgets it', () => {
  let one = sending({ sent: MB });
  const waits: (number | null)[] = [];
  for (let i = 0; i < 6; i++) {
    const r = refused(one, new Failed('offline', 0, ''));
    waits.push(r.wait_ms);
    one = r.upload;
    assert.equal(one.state, 'resting');
  }
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 15000, 15000]);
  assert.equal(again(one).sent, MB);
  assert.equal(heard(one, 2 * MB).tries, 0);
  assert.equal(refused(sending(), new Failed('limited', 429, '', { wait_s: 30 })).wait_ms, 30000);
});

test('a session that ended lets it rest until somebody logs in; what a person must solve, fails', () => {
  const rests = refused(sending(), new Failed('untrusted', 401, ''));
  assert.equal(rests.upload.login, true);
  assert.equal(rests.wait_ms, null);
  for (const [status, code] of [['no_room', 507], ['usage', 400], ['not_found', 404], ['no_room', 413]] as const) {
    const r = refused(sending(), new Failed(status, code, 'why'));
    assert.equal(r.upload.state, 'failed', status);
    assert.equal(r.wait_ms, null);
  }
});

test('one is sent at a time, small ones first, what failed keeps nobody waiting', () => {
  const film = begin('d', 'film.mp4', 700 * MB);
  const handout = begin('d', 'a.pdf', MB);
  assert.equal(turn([film, handout])!.name, 'a.pdf');
  assert.equal(turn([{ ...film, state: 'sending' }, handout]), null);
  assert.equal(turn([{ ...handout, state: 'failed' }, film])!.name, 'film.mp4');
  assert.equal(turn([{ ...handout, state: 'done' }]), null);
});

test('speed is that of the last half minute', () => {
  const speed = new Speed();
  assert.equal(speed.rate(), 0);
  for (let s = 0; s <= 60; s++) speed.took(s < 30 ? 5 * MB : MB, s);
  assert.ok(Math.abs(speed.rate() - MB) < MB / 10);
  assert.equal(leftSeconds([begin('d', 'a', 10 * MB), { ...begin('d', 'b', MB), state: 'done' }], MB), 10);
  assert.equal(leftSeconds([], 0), null);
});

const good = { title: '黑山羊', topic: '产业/养殖', region: '431081', date: '2026-11-22' };

test('what is said of a lesson is checked as the node does', () => {
  assert.deepEqual(check(good, '431081'), {});
  assert.deepEqual(check({}, '431081'), { title: 'empty', topic: 'empty' });
  assert.equal(check({ ...good, title: '羊'.repeat(67) }, '').title, 'long'); // 201 bytes
  assert.equal(check({ ...good, title: '羊'.repeat(66) }, '').title, undefined);
  assert.equal(check({ ...good, region: '4310811' }, '').region, 'region');
  assert.equal(check({ ...good, region: '4310' }, '431081').region, 'outside');
  assert.equal(check({ ...good, date: '2026-02-30' }, '').date, 'date');
  assert.equal(check({ ...good, expires: '2026-01-01' }, '').expires, 'before');
  assert.equal(check({ ...good, initials: 'Hsy' }, '').initials, 'initials');
  assert.equal(utf8('a羊😀'), 8);
  assert.ok(isDay('2024-02-29') && !isDay('2023-02-29') && !isDay('2024-2-9'));
  assert.ok(isTopic('产业/养殖/黑山羊') && !isTopic('/a') && !isTopic('a//b') && !isTopic('a/..') && !isTopic('a / b'));
});

test('lengths are those of catalog/lesson.h and proto/place.h', () => {
  const lesson = readFileSync(`${HERE}/../../../catalog/lesson.h`, 'utf8');
  const place = readFileSync(`${HERE}/../../../proto/place.h`, 'utf8');
  assert.match(lesson, /LESSON_TITLE_MAX = 200,/);
  assert.match(lesson, /LESSON_SUMMARY_MAX = 2000,/);
  assert.match(place, /TOPIC_MAX = 200,/);
  const depth = /TOPIC_DEPTH_MAX = (\d+)/.exec(place)?.[1];
  assert.ok(isTopic(Array(Number(depth)).fill('a').join('/')));
  assert.ok(!isTopic(Array(Number(depth) + 1).fill('a').join('/')));
});

test('the page leads to the next step, whatever has happened', () => {
  const file = { name: 'a.mp4', bytes: 10, received: 10 };
  const draft = (state: string, more = {}) => ({ state, files: [file], needs_approval: false, fields: {}, ...more }) as never;
  assert.equal(next(draft('open', { files: [] }), {}, false), 'files');
  assert.equal(next(draft('open', { files: [], fields: { revises: 'x' } }), {}, false), 'prepare');
  assert.equal(next(draft('open', { files: [{ ...file, received: 3 }] }), {}, false), 'files');
  assert.equal(next(draft('open'), {}, true), 'files');
  assert.equal(next(draft('open'), { title: 'empty' }, false), 'fields');
  assert.equal(next(draft('open'), {}, false), 'prepare');
  assert.equal(next(draft('failed'), {}, false), 'prepare');
  assert.equal(next(draft('preparing'), {}, false), 'wait');
  assert.equal(next(draft('ready'), {}, false), 'publish');
  assert.equal(next(draft('ready', { needs_approval: true }), {}, false), 'approve');
  assert.equal(next(draft('waiting', { needs_approval: true }), {}, false), 'approve');
  assert.equal(next(draft('approved', { needs_approval: true }), {}, false), 'publish');
  assert.equal(next(draft('published'), {}, false), 'done');
});

test('files that no stick takes are told before they are sent', () => {
  assert.equal(fileProblem({ name: 'a.mp4', size: 0 }, []), 'empty');
  for (const name of ['a:b.mp4', 'a?.mp4', '.hidden', 'a.', `${'羊'.repeat(80)}.mp4`]) assert.equal(fileProblem({ name, size: 1 }, []), 'name', name);
  assert.equal(fileProblem({ name: 'A.mp4', size: 1 }, [{ name: 'a.mp4' }]), 'case');
  assert.equal(fileProblem({ name: 'a.mp4', size: 1 }, [{ name: 'a.mp4' }]), null);
  assert.equal(titleOf('黑山羊_春季 防疫.MP4'), '黑山羊 春季 防疫');
});

test('a cell a village, by township; who was never heard from is not "has it not"', () => {
  const towns = grid(coverage());
  assert.deepEqual(towns.map((town) => [town.name, town.villages.length]), [['兴宁镇', 29], ['州门司镇', 14], ['滁口镇', 11], ['黄草镇', 12]]);
  for (const town of towns) assert.equal(Object.values(town.counts).reduce((a, b) => a + b, 0), town.villages.length);
  const unheard = grid({ by_place: [], nodes: [{ code: 'x', name: 'a', region: '431081', state: 'none', heard_ago_s: -1 }] });
  assert.equal(unheard[0]!.villages[0]!.cell, 'unheard');
  assert.equal(unheard[0]!.name, '431081');
  const offices = grid({ by_place: [], nodes: [
    { code: 'x', name: '兴宁镇', region: '431081101', level: 'township', state: 'held', heard_ago_s: 1 },
    { code: 'y', name: '联坪村', region: '431081101203', level: 'station', state: 'none', heard_ago_s: 1 }] });
  assert.deepEqual(offices.map((town) => [town.stations, town.counts.held, town.villages.map((v) => v.office)]), [[1, 0, [true, false]]]);
  assert.equal(new Set(Object.values(SIGN)).size, 5);
});

test('a bar is over all stations, and says who was not heard', () => {
  assert.deepEqual(bar({ held: 1, heard: 2, all: 4 }), { held: 0.25, heard: 0.25, unheard: 0.5 });
  assert.deepEqual(bar({ held: 5, heard: 3, all: 4 }), { held: 1, heard: 0, unheard: 0 });
  assert.deepEqual(bar({ held: 0, heard: 0, all: 0 }), { held: 0, heard: 0, unheard: 0 });
});

test('a table is shown as it is saved by office software', () => {
  assert.deepEqual(rows('\ufefffile,title\r\n"a,b.mp4","say ""hi""\nthere"\r\n\r\nc.mp4,d\n').map((row) => [row.line, row.cells]),
    [[1, ['file', 'title']], [2, ['a,b.mp4', 'say "hi"\nthere']], [5, ['c.mp4', 'd']]]);
  assert.deepEqual(rows('文件;标题\na;b')[1]!.cells, ['a', 'b']);
  assert.deepEqual(columns(['标题', 'x', '视频', 'topic']), { title: 0, file: 2, topic: 3 });
  const map = faults("line 3: there is no 'x'\nline 3: no file\nthe first row names a column twice");
  assert.deepEqual(map.get(3), ["there is no 'x'", 'no file']);
  assert.equal(map.get(0)!.length, 1);
  for (const zh of [true, false]) {
    const [head, example] = rows(template(zh));
    assert.equal(head!.cells.length, example!.cells.length);
    assert.ok(columns(head!.cells).file === 0);
  }
  const table = readFileSync(`${HERE}/../../../node/lesson_table.c`, 'utf8');
  for (const [en, zh] of COLUMNS) assert.ok(table.includes(`"${en}"`) && table.includes(`"${zh}"`), `${en} ${zh} is no column of node/lesson_table.c`);
});

test('a draft that is prepared is shown as a lesson with all its parts', () => {
  const draft = drafts().find((one) => one.preview)!;
  const lesson = asLesson(draft, '资兴市远教办');
  assert.equal(lesson.title, draft.fields.title);
  assert.equal(lesson.state, 'held');
  assert.equal(lesson.parts.length, draft.preview!.parts.length);
  assert.deepEqual(lesson.also.map((one) => [one.as, one.state]), [['480p', 'held']]);
  assert.equal(lesson.save, true);
  assert.equal(asLesson({ ...draft, fields: { keep: true }, preview: undefined }, '').save, false);
});

// A browser's folder, whose reader gives two entries at a time.
type Tree = { [name: string]: Tree | number };
function entry(name: string, what: Tree | number): FileSystemEntry {
  if (typeof what === 'number') return { name, isFile: true, isDirectory: false, file: (done: (file: File) => void) => done({ name, size: what } as File) } as unknown as FileSystemEntry;
  const all = Object.entries(what).map(([inner, one]) => entry(inner, one));
  return { name, isFile: false, isDirectory: true, createReader: () => ({ readEntries: (done: (some: FileSystemEntry[]) => void) => done(all.splice(0, 2)) }) } as unknown as FileSystemEntry;
}
const transfer = (entries: FileSystemEntry[], files: File[] = []) =>
  ({ files, items: entries.map((one) => ({ webkitGetAsEntry: () => one })) }) as unknown as DataTransfer;

test('a folder that is dropped is the files in it, however deep, without what the system hides', async () => {
  const found = await dropped(transfer([entry('课', { 'b.mp4': 1, 'a.mp4': 2, '.DS_Store': 3, 讲义: { 'x.pdf': 4, 'Thumbs.db': 5, 'a.mp4': 6 }, '.git': { 'c.mp4': 7 } }), entry('d.srt', 8)]));
  assert.deepEqual(found.files.map((file) => file.name), ['a.mp4', 'b.mp4', 'x.pdf', 'd.srt']);
  assert.deepEqual([found.files[0]!.size, found.twice, found.more], [2, ['a.mp4'], false]);
  assert.equal((await dropped(transfer([entry('all', Object.fromEntries(Array.from({ length: 1100 }, (_, i) => [`f${i}`, 1])))]))).more, true);
});

test('files alone are taken as the browser hands them over', async () => {
  const files = [{ name: 'a.mp4', size: 1 }, { name: '.hidden', size: 1 }] as File[];
  assert.deepEqual((await dropped({ files, items: [] } as unknown as DataTransfer)).files, [files[0]]);
  assert.deepEqual((await dropped(null)).files, []);
  assert.ok(HIDDEN.test('desktop.ini') && !HIDDEN.test('desktop.mp4'));
});
