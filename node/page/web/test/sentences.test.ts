// Every sentence of the node's own that can come to a desk has its words there.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Failed } from '../src/lib/api';
import { explain, explainWith } from '../src/lib/failures';
import { language } from '../src/lib/i18n';
import { knownSentences, said } from '../src/desk/operator/said';
import { detailText, FACTS } from '../src/desk/office/Work';
import { t as office } from '../src/desk/office/words';
import { SENTENCES, sentence } from '../src/desk/sentences';

const ROOT = `${HERE}/../../../`;

// Whose failures are answered to a desk, or told there by a job or a visit.
const SOURCES = [
  'node/page/', 'node/office/', 'node/study/', 'node/requests_cards.c', 'node/requests_cards_end.c', 'catalog/bulletin.c', 'catalog/books.c', 'catalog/study.c', 'catalog/cards.c', 'catalog/people.c', 'catalog/people_forget.c', 'catalog/people_tell.c', 'catalog/strokes.c',
  'node/media.c', 'node/media_facts.c', 'node/media_work.c', 'node/prepare.c', 'node/prepare_copy.c', 'node/prepare_fit.c',
  'node/prepare_media.c', 'node/prepare_source.c', 'node/prepare_subtitles.c', 'node/prepare_video.c', 'node/prepare_work.c',
  'node/cues.c', 'node/child.c', 'node/renditions.c', 'node/payload.c', 'node/payload_verify.c', 'node/csv.c', 'node/lesson_table.c',
  'node/requests.c', 'node/requests_delegate.c', 'node/requests_desk.c', 'node/requests_drive.c', 'node/requests_evidence.c',
  'node/requests_fill.c', 'node/requests_keys.c', 'node/requests_lessons.c', 'node/requests_publish.c', 'node/requests_stations.c',
  'node/requests_visit.c', 'node/house_locks.c', 'node/conf.c', 'node/budget_rules.c', 'catalog/due.c', 'catalog/index_choices.c',
  'node/drive/aboard.c', 'node/drive/berth.c', 'node/drive/cargo.c', 'node/drive/door.c', 'node/drive/load.c', 'node/drive/mark.c',
  'node/drive/mount.c', 'node/drive/mount_look.c', 'node/drive/mount_names.c', 'node/drive/mount_read.c', 'node/drive/mount_words.c',
  'node/drive/pump.c', 'node/drive/pump_threads.c', 'node/drive/stops.c', 'node/drive/stow.c', 'node/drive/stow_write.c',
  'node/drive/survey.c', 'node/drive/survey_logs.c',
  'node/drive/sync.c', 'node/drive/sync_evidence.c', 'node/drive/sync_in.c', 'node/drive/sync_loan.c', 'node/drive/sync_logs.c',
  'node/drive/sync_look.c', 'node/drive/sync_out.c', 'node/drive/sync_pick.c', 'node/drive/sync_records.c', 'node/drive/sync_report.c',
  'node/drive/sync_small.c', 'node/drive/sync_statements.c', 'node/drive/sync_tidy.c', 'node/drive/sync_trust.c',
].flatMap((path) => (path.endsWith('/') ? readdirSync(ROOT + path).filter((name) => name.endsWith('.c')).map((name) => path + name) : [path]));

const SAYS = /\b(?:err_set|err_wrap|page_fail|page_fail_code|draft_trouble|visit_failed|visit_trouble|lesson_table_fault|wrong|prepare_note|prepare_say)\s*\(|\b(?:words|wrong|why|bad|reason)\s*=\s*(?=")|\breturn\s+(?=")/g;

// The texts among the arguments of a call, or after `=` and `return`, of more than one word.
function textsFrom(source: string, at: number, call: boolean): string[] {
  let depth = 1;
  let end = at;
  for (let quoted = false; end < source.length; end++) {
    const c = source[end];
    if (quoted) {
      if (c === '\\') end++;
      else quoted = c !== '"';
    } else if (c === '"') quoted = true;
    else if (c === ';' && !call) break;
    else if (c === '(') depth++;
    else if (c === ')' && --depth === 0) break;
  }
  return Array.from(source.slice(at, end).replace(/"\s+"/g, '').matchAll(/"((?:[^"\\]|\\.)*)"/g), (m) => m[1]!);
}

export function sentencesOf(source: string): string[] {
  return Array.from(source.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(SAYS))
    .flatMap((m) => textsFrom(source.replace(/\/\*[\s\S]*?\*\//g, ''), m.index! + m[0].length, m[0].endsWith('(')))
    .filter((text) => / /.test(text) && /[a-z]{2}/.test(text))
    .map((text) => text.replace(/\\"/g, '"').replace(/\\\\/g, '\\').replace(/%[-+.*0-9]*(?:z|ll|l)?[a-z]/g, '%s'));
}

test('what the node says has its words in Chinese', () => {
  const known = new Set(Object.keys(SENTENCES).concat(knownSentences()));
  const lacking = SOURCES.flatMap((path) => sentencesOf(readFileSync(ROOT + path, 'utf8'))
    .filter((text) => !known.has(text)).map((text) => `${path}: ${text}`));
  assert.deepEqual(lacking, []);
  assert.ok(SOURCES.length > 90 && sentencesOf(readFileSync(`${ROOT}node/prepare_source.c`, 'utf8')).length > 8);
});

test('each has Chinese, and as many parts that vary', () => {
  for (const [english, chinese] of Object.entries(SENTENCES)) {
    assert.match(chinese, /\p{Script=Han}|[“：]/u, english);
    const parts = english.split('%s').length - 1;
    for (const [, n] of chinese.matchAll(/%(\d)/g)) assert.ok(Number(n) >= 1 && Number(n) <= parts, english);
  }
});

test('a sentence is said with its parts, and what was done before its cause', () => {
  language.set('zh');
  assert.equal(sentence("'羊.rmvb' does not play (it ends before it should): publish another copy of it, or this one as it is, with --as-is"),
    '“羊.rmvb”放不了（文件不完整，后面缺了一段）：请换一份好的，或者选“照原样发布”');
  assert.equal(sentence("put '黑山羊' on the drive: the drive is full: make room on it and try again"), '把“黑山羊”放进U盘：U盘满了，请腾出空间再试');
  assert.equal(sentence('VTS_01.rmvb: it ends before it should'), 'VTS_01.rmvb：文件不完整，后面缺了一段');
  assert.equal(sentence("'a/b.mp4' on the drive cannot be read or written, the drive fails there: copy what matters from it and use another"),
    'U盘里的“a/b.mp4”读写不了，U盘那里坏了：请把要紧的拷出来，换一个U盘');
  assert.equal(sentence("a draft that is preparing is not changed"), '草稿现在“正在处理”，不能改');
  assert.equal(sentence('the moon is full'), null);
  assert.equal(sentence("'x' the moon"), null);
  assert.equal(said('the moon is full').text, '机器的原话：the moon is full');
  language.set('en');
  assert.equal(sentence('no drive is plugged in and mounted'), 'No drive is plugged in and mounted');
  assert.equal(said('the moon is full').text, 'the moon is full');
});

test('what is found in files, and what is done with them, has its words', () => {
  const words = new Set(Object.keys(office.dictionary));
  const map = readFileSync(`${ROOT}node/prepare.h`, 'utf8').match(/PREPARE_WHAT_MAP\(X\)[\s\S]*?\n\n/)![0];
  const whats = Array.from(map.matchAll(/X\(\w+, "([a-z-]+)"/g), (m) => m[1]!);
  assert.ok(whats.length > 9);
  for (const what of whats) assert.ok(words.has(`check_${what}`), `check_${what}`);
  const steps = Array.from(readFileSync(`${ROOT}node/prepare.c`, 'utf8').matchAll(/\[PREPARE_[A-Z]+\] = "(\w+)"/g), (m) => m[1]!);
  assert.ok(steps.length > 6);
  for (const step of steps) assert.ok(words.has(`work_${step}`), `work_${step}`);
  // Words among the facts of a film.
  const source = readFileSync(`${ROOT}node/prepare_video.c`, 'utf8');
  const facts = Array.from(source.matchAll(/"(,? ?(?:\d+ )?[a-z]+(?: [a-z]+)?)"/g), (m) => m[1]!).filter((text) => /^,? /.test(text));
  assert.deepEqual(facts.slice().sort(), FACTS.map(([english]) => english).sort());
  language.set('zh');
  assert.equal(detailText('hevc 1920x1080 10 bit interlaced, aac, index last'), 'hevc 1920x1080 10 位 隔行, aac，索引在末尾');
  language.set('en');
  assert.equal(detailText('hevc 1920x1080 interlaced'), 'hevc 1920x1080 interlaced');
});

test('a failure is told by its own sentence at a desk, by its status elsewhere', () => {
  language.set('zh');
  const full = new Failed('no_room', 507, 'there are 500 drafts already: publish or delete some first');
  assert.equal(explain(full), '存储空间不足。');
  explainWith(sentence);
  assert.equal(explain(full), '已经有 500 份草稿，请先发布或删掉一些');
  assert.equal(explain(new Failed('io', 500, 'the moon is full')), '本机读写出错，请稍后再试；若一再出现，请告诉管理员。');
  explainWith(() => null);
  language.set('en');
});
