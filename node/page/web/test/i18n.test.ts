import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Failed } from '../src/lib/api';
import { explain, explained } from '../src/lib/failures';
import { ago, clock, date, lasting, percent, size } from '../src/lib/format';
import { choose, fill, language, words } from '../src/lib/i18n';

test('the language is what was chosen, then what the browser wants, then English', () => {
  assert.equal(choose('en', ['zh-CN']), 'en');
  assert.equal(choose(null, ['zh-CN', 'en']), 'zh');
  assert.equal(choose(null, ['fr', 'zh-Hans']), 'zh');
  assert.equal(choose(null, ['de', 'fr']), 'en');
  assert.equal(choose('xx', []), 'en');
});

test('one and many, and what stands in braces', () => {
  const text = { zh: '{n} 课', en: ['{n} lesson', '{n} lessons'] } as const;
  assert.equal(fill(text, 'zh', { n: 3 }), '3 课');
  assert.equal(fill(text, 'en', { n: 1 }), '1 lesson');
  assert.equal(fill(text, 'en', { n: 3 }), '3 lessons');
});

test('a text follows the language shown', () => {
  const t = words({ yes: { zh: '是', en: 'Yes' } });
  language.set('zh');
  assert.equal(t('yes'), '是');
  language.set('en');
  assert.equal(t('yes'), 'Yes');
});

test('sizes, lengths, dates and ages', () => {
  language.set('en');
  assert.equal(size(0), '0 B');
  assert.equal(size(1536), '1.5 KB');
  assert.equal(size(52428800), '50 MB');
  assert.equal(size(1073741823), '1 GB');
  assert.equal(clock(75), '1:15');
  assert.equal(clock(3675), '1:01:15');
  assert.equal(lasting(1260), '21 min');
  assert.equal(lasting(3900), '1 h 5 min');
  assert.equal(lasting(3599), '1 h 0 min');
  assert.equal(date('2024-03-05'), '5 Mar 2024');
  assert.equal(date('soon'), 'soon');
  assert.equal(ago(null), 'never');
  assert.equal(ago(7200), '2 hours ago');
  assert.equal(percent(0.999), '99%');
  assert.equal(percent(1), '100%');
  language.set('zh');
  assert.equal(date('2024-03-05'), '2024年3月5日');
  assert.equal(lasting(3900), '1 小时 5 分');
  assert.equal(ago(30), '刚刚');
});

test('every status of the node has its words', () => {
  const list = readFileSync(`${HERE}/../../../proto/status.h`, 'utf8');
  const names = [...list.matchAll(/X\((\w+), -\d+/g)].map((m) => m[1]!.toLowerCase());
  assert.ok(names.length > 10);
  for (const name of names) assert.ok(explained(name), `${name} has no words in lib/failures.ts`);
});

test('a lock-out says how long', () => {
  language.set('en');
  assert.match(explain(new Failed('locked', 429, '', { wait_s: 120 })), /Wait 2 min/);
  assert.match(explain(new Failed('nonesuch', 500, 'the text')), /the text/);
});
