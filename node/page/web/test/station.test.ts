import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Card, Lesson, Part } from '../src/lib/api';
import { byNumber } from '../src/lib/order';
import { fit, screenOf } from '../src/lib/screen';
import { merge, paths } from '../src/station/find';
import { choose, documents, nextLesson, subtitlesFor, subtitlesOf, usualSubtitles, versions } from '../src/station/player/choose';
import { note, resumeAt, unfinished, type Seen } from '../src/station/player/seen';
import { nextSpeed, read, SPEEDS } from '../src/station/player/settings';
import { parseSrt } from '../src/station/player/srt';
import { above, href, parse, type Route } from '../src/station/route';
import { fileName } from '../src/station/Save';
import { LARGEST, sharpness, sizeOf, step, zoomOf } from '../src/station/read/zoom';
import { shownState } from '../src/station/states';
import { topTopics } from '../src/station/topics';

const window = { coarse: false, here: false, agent: 'Mozilla/5.0 Chrome/70' };

test('text on a TV is a thirtieth of its height, on each of its sizes', () => {
  for (const [width, height] of [[1920, 1080], [1280, 720]] as const) {
    const screen = screenOf({ ...window, width, height, here: true });
    assert.equal(screen.view, 'tv');
    assert.ok(screen.rem! >= height / 30);
    assert.equal(screen.pixel, 1);
  }
  const tube = screenOf({ ...window, width: 720, height: 576 });
  assert.equal(tube.view, 'tv');
  assert.ok(tube.rem! >= 576 / 30);
  assert.equal(tube.pixel, 16 / 15);
  assert.ok(tube.safe >= 0.05 && tube.safe <= 0.08);
});

test('a phone is a phone upright and on its side, a PC a PC, a TV browser a TV', () => {
  assert.equal(screenOf({ ...window, width: 360, height: 740, coarse: true }).view, 'phone');
  assert.equal(screenOf({ ...window, width: 740, height: 360, coarse: true }).view, 'phone');
  assert.equal(screenOf({ ...window, width: 1366, height: 768 }).view, 'pc');
  assert.equal(screenOf({ ...window, width: 1280, height: 720, agent: 'Mozilla/5.0 (SMART-TV; Tizen 3.0)' }).view, 'tv');
  assert.equal(screenOf({ ...window, width: 1366, height: 768, asked: 'tv' }).view, 'tv');
});

test('a film of 16:9 on a 4:3 tube of 720 x 576 has the shape it was filmed in', () => {
  const box = fit(720, 576, 16 / 9, 16 / 15);
  assert.equal(box.width, 720);
  assert.equal(Math.round(box.height), 432); // 720 x 16/15 : 432 = 16 : 9
  assert.deepEqual(fit(1920, 1080, 4 / 3, 1), { width: 1440, height: 1080 });
});

test('addresses lead where they came from', () => {
  const routes: Route[] = [
    { page: 'home' }, { page: 'topic', topic: '产业/养殖' }, { page: 'region', region: '431081' }, { page: 'search', text: 'h/ 山%' },
    { page: 'lesson', id: 'zixing.example/431081/lessons#0c0001r1' },
    { page: 'play', id: 'a/b#c', part: 2, as: '480p', start: true }, { page: 'play', id: 'a/b#c', part: 0, as: '', start: false },
    { page: 'play', id: 'a/b#c', part: 0, as: undefined, start: false },
    { page: 'lesson', id: 'a/b#c', read: '讲义 包/1/讲义%.pdf' }, { page: 'draft', id: '00a1', read: '讲义/图.png' },
    { page: 'draft', id: '00a1' }, { page: 'draft', id: '00a1', part: 1, as: '480p' }, { page: 'draft', id: '00a1', part: 0, as: '' },
  ];
  for (const route of routes) assert.deepEqual(parse(href(route)), route);
  assert.deepEqual(parse('#/play/x/-3'), { page: 'play', id: 'x', part: 0, as: undefined, start: false });
  assert.deepEqual(parse('#/nonsense'), { page: 'home' });
  assert.deepEqual(parse('#/lesson/%zz'), { page: 'lesson', id: '%zz' });
  assert.deepEqual(above({ page: 'play', id: 'x', part: 1 }), { page: 'lesson', id: 'x' });
  assert.deepEqual(above({ page: 'lesson', id: 'x', read: 'a.pdf' }), { page: 'lesson', id: 'x' });
  assert.deepEqual(above({ page: 'draft', id: 'x', read: 'a.pdf' }), { page: 'draft', id: 'x' });
});

test('letters are initials first and text too, everything else is text', () => {
  assert.deepEqual(paths('HSY'), ['/api/lessons?initials=hsy&limit=60', '/api/lessons?query=HSY&limit=60']);
  assert.deepEqual(paths(' 山羊 '), [`/api/lessons?query=${encodeURIComponent('山羊')}&limit=60`]);
  assert.deepEqual(paths('  '), []);
  const card = (id: string) => ({ id }) as Card;
  assert.equal(merge([undefined, undefined]), undefined);
  assert.deepEqual(merge([{ lessons: [card('a'), card('b')], total: 2 }, { lessons: [card('b'), card('c')], total: 9 }]),
    { lessons: [card('a'), card('b'), card('c')], total: 9 });
});

const part = (path: string, kind: Part['kind'], more: Partial<Part> = {}): Part => ({
  path, kind, name: path, title: '', bytes: 100, type: '', url: `/payload/x/${path}`, available: 1, on_drive: false, ...more,
});
const lesson = (parts: Part[], also: Lesson['also'] = []) => ({ parts, also });
const rendition = (available: number) => ({ as: '480p', btmh: '', bytes: 10, state: 'held', parts: [part('a.mp4', 'video', { bytes: 10, available })] });

test('what is whole is played: on a TV the main one, on a phone the smallest', () => {
  const both = versions(lesson([part('a.mp4', 'video')], [rendition(1)]));
  assert.equal(choose(both, false)!.as, '');
  assert.equal(choose(both, true)!.as, '480p');
  assert.equal(choose(both, true, '')!.as, '');
  const half = versions(lesson([part('a.mp4', 'video', { available: 0.4 })], [rendition(1)]));
  assert.equal(choose(half, false)!.as, '480p');
  const neither = versions(lesson([part('a.mp4', 'video', { available: 0.4 })], [rendition(0.2)]));
  assert.equal(choose(neither, true)!.as, '');
  assert.equal(choose(versions(lesson([part('a.pdf', 'document')])), false), undefined);
});

test('subtitles belong to the film they name, or that has their name', () => {
  const film = part('v/a.mp4', 'video');
  const parts = [film, part('v/a.vtt', 'subtitle'), part('v/a.srt', 'subtitle'), part('v/a.en.srt', 'subtitle'),
    part('v/b.vtt', 'subtitle'), part('x.vtt', 'subtitle', { for: 'v/a.mp4' })];
  assert.deepEqual(subtitlesOf(film, parts).map((p) => p.path), ['v/a.vtt', 'x.vtt', 'v/a.en.srt']);
  const all = versions(lesson(parts, [rendition(1)]));
  assert.deepEqual(subtitlesFor(all[1]!.films[0]!, all[1]!, all).map((p) => p.path), ['v/a.vtt', 'x.vtt', 'v/a.en.srt']);
  assert.deepEqual(documents(lesson([film, part('a.pdf', 'document'), part('a.jpg', 'picture')])).length, 2);
});

test('subtitles begin in the language of the page, else in that of the film', () => {
  const of = (...langs: string[]) => langs.map((lang) => part('x.vtt', 'subtitle', lang ? { lang } : {}));
  assert.equal(usualSubtitles(of('en', 'zh-CN'), 'zh'), 1);
  assert.equal(usualSubtitles(of('en', ''), 'zh'), 1);
  assert.equal(usualSubtitles(of('fr', 'de'), 'zh'), 0);
  assert.equal(usualSubtitles([], 'zh'), 0);
});

test('the next of a series is the next that can be had', () => {
  const of = (n: number, withdrawn = false) => ({ id: `l${n}`, series: { title: 's', n }, withdrawn }) as Card;
  const list = [of(3), of(1), of(2, true)];
  assert.equal(nextLesson({ id: 'l1', series: { title: 's', n: 1 }, series_lessons: list })!.id, 'l3');
  assert.equal(nextLesson({ id: 'l3', series: { title: 's', n: 3 }, series_lessons: list }), undefined);
  assert.equal(nextLesson({ id: 'x', series_lessons: [] }), undefined);
});

test('a film goes on where it was left, not in its first half minute, not at its end', () => {
  assert.equal(resumeAt(undefined), 0);
  assert.equal(resumeAt({ at: 20, of: 600 }), 0);
  assert.equal(resumeAt({ at: 200, of: 600 }), 200);
  assert.equal(resumeAt({ at: 590, of: 600 }), 0);
  assert.equal(resumeAt({ at: 200, of: 0 }), 200);
});

test('what was watched is kept once for each film, the last first, 200 at most', () => {
  const seen = (id: string, at = 100, when = 1e9): Seen => ({ id, path: 'a', part: 0, at, of: 600, when });
  let list: Seen[] = [];
  for (let i = 0; i < 250; i++) list = note(list, seen(`l${i}`));
  list = note(list, seen('l100', 300));
  assert.equal(list.length, 200);
  assert.equal(list[0]!.id, 'l100');
  assert.equal(list.filter((s) => s.id === 'l100').length, 1);
  const some = [seen('a'), seen('a', 200), seen('b', 5), seen('c', 100, 1)];
  assert.deepEqual(unfinished(some, 15 * 86400e3).map((s) => s.id), ['a']);
});

test('settings are read from whatever was kept', () => {
  assert.deepEqual(read(null), { subtitles: true, size: 1, speed: 1 });
  assert.deepEqual(read('{"subtitles":false,"size":2,"speed":2}'), { subtitles: false, size: 2, speed: 1 });
  assert.deepEqual(read('nonsense'), { subtitles: true, size: 1, speed: 1 });
  let speed = 1;
  for (let i = 0; i < SPEEDS.length; i++) speed = nextSpeed(speed);
  assert.equal(speed, 1);
});

test('SRT is read, with its marks left out', () => {
  assert.deepEqual(parseSrt('1\r\n00:00:01,500 --> 00:00:03,000\r\n<i>大家好</i>\r\n{\\an8}再见\r\n\r\n2\r\n00:01:00.000 --> 00:01:02.250\r\nEnd\r\n'),
    [{ from: 1.5, to: 3, text: '大家好\n再见' }, { from: 60, to: 62.25, text: 'End' }]);
  assert.deepEqual(parseSrt('nonsense'), []);
});

test('a saved film is called as its lesson, by a name every stick takes', () => {
  assert.equal(fileName({ title: '羊: 选种/配种?' }, part('v/a b.MP4', 'video'), 0, 1), '羊 选种 配种.mp4');
  assert.equal(fileName({ title: '羊' }, part('a.mp4', 'video'), 1, 3), '羊 2.mp4');
  assert.equal(fileName({ title: '羊' }, part('a.en.vtt', 'subtitle'), 0, 1, 'en'), '羊.en.vtt');
  assert.equal(fileName({ title: '...' }, part('a', 'video'), 0, 1), 'lesson');
});

test('a state is shown as it is', () => {
  const card = (state: string, more: Partial<Card> = {}) => ({ id: 'x', state, progress: 0, ...more });
  assert.equal(shownState(card('held'), {}), 'here');
  assert.equal(shownState(card('wanted'), {}), 'waiting');
  assert.equal(shownState(card('wanted'), { x: { id: 'x', progress: 0, rate: 0 } }), 'arriving');
  assert.equal(shownState(card('wanted', { progress: 0.2 }), {}), 'arriving');
  assert.equal(shownState(card('fetching'), {}), 'arriving');
  assert.equal(shownState(card('known'), {}), 'away');
  assert.equal(shownState(card('refused'), {}), 'refused');
  assert.equal(shownState(card('held', { withdrawn: true }), {}), 'withdrawn');
});

test('topics of the first level bring those directly below', () => {
  const tops = topTopics([{ topic: '产业', count: 3 }, { topic: '产业/养殖', count: 2 }, { topic: '产业/养殖/羊', count: 1 }, { topic: '文化', count: 1 }]);
  assert.deepEqual(tops.map((one) => [one.topic, one.below.map((b) => b.topic)]), [['产业', ['产业/养殖']], ['文化', []]]);
});

test('parts stand as people count them, the same in every version', () => {
  const names = ['第10节.mp4', '第2节.mp4', '第1节.mp4', 'a.mp4', 'a10b2', 'a10b10', '02', '2'];
  assert.deepEqual(names.slice().sort(byNumber), ['02', '2', 'a.mp4', 'a10b2', 'a10b10', '第1节.mp4', '第2节.mp4', '第10节.mp4']);
  const parts = names.slice(0, 3).map((name) => part(name, 'video'));
  const films = versions(lesson(parts, [{ as: '480p', btmh: '', bytes: 1, state: 'held', parts: parts.slice().reverse() }])).map((v) => v.films.map((f) => f.path));
  assert.deepEqual(films[0], ['第1节.mp4', '第2节.mp4', '第10节.mp4']);
  assert.deepEqual(films[1], films[0]);
});

test('a page of a handout is made larger and smaller by steps that are seen', () => {
  const a4 = 595 / 842;
  for (const room of [{ width: 360, height: 540, pixel: 1 }, { width: 640, height: 310, pixel: 1 }, { width: 1900, height: 990, pixel: 1 }]) {
    let zoom = 1;
    let width = sizeOf(room, zoom, a4).width;
    assert.equal(width, room.width);
    for (let next = step(room, zoom, a4, 1); next !== zoom; next = step(room, zoom, a4, 1)) {
      zoom = next;
      assert.ok(sizeOf(room, zoom, a4).width > width * 1.05);
      width = sizeOf(room, zoom, a4).width;
      const size = sizeOf(room, zoom, a4);
      for (const phone of [true, false]) assert.ok(size.width * size.height * sharpness(size, 3, phone) ** 2 <= (phone ? 3e6 : 5e6) * 1.001);
    }
    assert.equal(zoom, LARGEST);
    for (let next = step(room, zoom, a4, -1); next !== zoom; next = step(room, zoom, a4, -1)) {
      zoom = next;
      assert.ok(sizeOf(room, zoom, a4).width < width / 1.05);
      width = sizeOf(room, zoom, a4).width;
    }
    const whole = sizeOf(room, 0, a4);
    assert.ok(Math.abs(width - whole.width) < 1 && whole.height <= room.height + 1e-6);
    // Upright, a page as wide as the phone is whole: turned round it is as wide again.
    assert.equal(zoom, room.width === 360 ? 1 : 0);
  }
  const room = { width: 360, height: 540, pixel: 1 };
  assert.equal(zoomOf(room, 900, a4), 2.5);
  assert.equal(zoomOf(room, 100, a4), 1);
  assert.equal(zoomOf(room, 1e5, a4), LARGEST);
});
