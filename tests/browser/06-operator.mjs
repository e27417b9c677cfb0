// Walked by 06-operator.py. One page in Chinese and one in English stay open from
// the beginning to the end; what they show comes by itself.
import { bytesFrom, entry, openDesk, turnTo } from './desk.mjs';
import { assert, facts, nodes, tell, until } from './lib.mjs';
import { look } from './looks.mjs';

const { data } = facts;
const MB = 1024 * 1024;
let zh;
let en;

// Follows a lesson on its way, by what the page says of it: the bytes of the
// source grow, those of no other do, until it is whole.
async function follow(lesson, bytes, source, others, atFirst) {
  const seen = [];
  await until(async () => {
    const text = await entry(zh, `arriving/${lesson.btmh}`);
    const now = bytesFrom(text, source);
    if (now > (seen[seen.length - 1] ?? 0)) {
      seen.push(now);
      for (const other of others) assert.equal(bytesFrom(text, other), 0, `only from ${source}: ${text}`);
      if (seen.length === 1) await atFirst?.();
    }
    return (await entry(zh, `arrived/${lesson.id}`)) !== '';
  }, 'it has arrived', 120);
  const done = await entry(zh, `arrived/${lesson.id}`);
  assert.ok(seen[0] < bytes * 0.95, `bytes from ${source} grew before one's eyes: ${seen}`);
  assert.ok(Math.abs(bytesFrom(done, source) - bytes) < bytes * 0.05, `all of it from ${source}: ${done}`);
  for (const other of others) assert.equal(bytesFrom(done, other), 0, `nothing from ${other}: ${done}`);
  assert.equal(await entry(zh, `arriving/${lesson.btmh}`), '', 'it is no more on its way');
  assert.ok(await nodes.same(lesson.btmh), 'as it was published');
}

// The same on the other kinds of screen, while it stands.
async function everywhere(name, page, says, words) {
  for (const [view, lang] of [['tv', 'zh'], ['tube', 'en'], ['phone', 'zh'], ['phone', 'en']]) {
    const it = await openDesk(page, { view, lang });
    await it.shows(says[lang]);
    await look(it, name, words);
    await it.close();
  }
}

const SOURCES = ['上级网络', '附近站点', 'U盘', '本机已有'];
const but = (source) => SOURCES.filter((one) => one !== source);

await tell({
  'nothing is there yet': async () => {
    zh = await openDesk('arriving');
    en = await openDesk('lessons', { lang: 'en' });
    await zh.page.evaluate(() => { globalThis.stayed = true; });
    await en.page.evaluate(() => { globalThis.stayed = true; });
    await zh.shows('现在没有课在接收');
  },

  'a lesson comes over the line': async () => {
    const bytes = 9 * MB;
    const lesson = await nodes.publish('过线的课', bytes);
    await follow(lesson, bytes, '上级网络', but('上级网络'), async () => {
      await nodes.hold_line(true); // nothing ends while it is looked at
      await look(zh, 'desk-arriving-live', data);
      assert.match(await entry(zh, `arriving/${lesson.btmh}`), /\d+%，[\d.]+ .B \/ 9 MB/);
      assert.match(await zh.text('.badge'), /1/, 'the menu counts it');
      await nodes.hold_line(false);
    });
    // The other page asked for nothing either.
    await until(async () => /过线的课\s+here/.test(await en.text('main')), 'in the list it is here', 60);
    await look(zh, 'desk-arrived', data);
  },

  'the line is closed in the page': async () => {
    await turnTo(zh, 'home');
    await zh.shows('现在不限速');
    await turnTo(en, 'limits');
    await en.page.locator('[data-key="rule/add"]').click();
    for (const day of [5, 6]) await en.page.locator(`[data-key="rule/0/day/${day}"]`).check();
    for (const [name, value] of [['from', '0'], ['to', '1440'], ['down', '0'], ['up', 'null']])
      await en.page.locator(`select[data-key="rule/0/${name}"]`).selectOption(value);
    await look(en, 'desk-limits-edit', data);
    await en.page.locator('[data-key="limits/save"]').click();
    await until(async () => /^limit = \* 00:00-24:00 down 0$/m.test(await nodes.conf()), 'it is in node.conf', 20);
    await zh.shows('现在不用外网');
  },

  'what cannot come says why': async () => {
    await turnTo(zh, 'lacking');
    await turnTo(en, 'lacking');
    await zh.shows('要的课都到齐了');
    const lesson = await nodes.publish('邻站的课', 12 * MB);
    await zh.shows('规定里所有时段都不用外网');
    await en.shows('The line is closed at all hours');
    assert.match(await entry(zh, `lacking/${lesson.id}`), /邻站的课[^]*12 MB[^]*怎么办/);
    await look(zh, 'desk-lacking-live', data);
    await look(en, 'desk-lacking-live', data);
    await everywhere('desk-lacking-live', 'lacking', { zh: '规定里所有时段都不用外网', en: 'The line is closed at all hours' }, data);
    await everywhere('desk-arriving-still', 'arriving', { zh: '过线的课', en: '过线的课' }, data);
    assert.notEqual(await nodes.state(lesson.id), 'held');
    globalThis.lesson = lesson;
  },

  'a neighbour comes, and brings it': async () => {
    await turnTo(en, 'neighbours');
    await en.shows('No neighbours are seen');
    await turnTo(zh, 'arriving');
    await nodes.neighbour_comes();
    await en.shows('2号站');
    await look(en, 'desk-neighbours-live', data);
    await follow(globalThis.lesson, 12 * MB, '附近站点', but('附近站点'), () => look(zh, 'desk-arriving-neighbour', data));
    await nodes.neighbour_goes();
    await until(async () => !/2号站/.test(await en.text('main')) || /2号站 [^]*away/.test(await en.text('main')), 'it has gone', 120);
  },

  'a drive brings one': async () => {
    const bytes = 90 * MB;
    await turnTo(zh, 'lacking');
    const lesson = await nodes.publish('上盘的课', bytes);
    await zh.shows('上盘的课');
    await turnTo(zh, 'drives');
    await turnTo(en, 'drives');
    await zh.shows('还没有插过U盘');
    zh.expect(/status of 404/);
    await zh.page.locator('[data-key="drive/sync"]').click();
    await zh.shows('没有找到准备好的U盘');
    const label = await nodes.plug();
    if (!label) return;
    const words = [...data, label];
    await zh.shows(`已插上：${label}`);
    await en.shows(`Plugged in: ${label}`);

    await zh.page.locator('[data-key="drive/sync"]').click();
    await zh.shows('先不要拔U盘');
    assert.notEqual(await zh.focus(), 'drive/stop', 'who presses twice does not stop it');
    await en.shows('Do not pull it out yet');
    await until(async () => /第 \d 步/.test(await zh.text('.drive-now')), 'it says which step');
    assert.match(await zh.text('.menu'), /U盘\s*!/, 'the menu says so, too');
    await look(zh, 'desk-drive-busy', words);
    await look(en, 'desk-drive-busy', words);
    await everywhere('desk-drive-busy', 'drives', { zh: '先不要拔U盘', en: 'Do not pull it out yet' }, words);

    const bar = zh.page.locator('.drive-now [role=progressbar]');
    for (let n = 0; n < 2; n++) {
      const share = Math.floor(((await nodes.get_on()) / bytes) * 100);
      assert.ok(share > 0 && share < 100, `it goes on slowly: ${share} %`);
      await until(async () => Number(await bar.getAttribute('aria-valuenow')) === share, `the page says ${share} %`);
    }
    await look(zh, 'desk-drive-copying', words);
    assert.equal(`${await zh.text('.verdict')} ${await en.text('.verdict')}`, '先不要拔U盘 Do not pull it out yet');

    await nodes.let_go();
    await zh.shows('可以拔U盘了');
    await en.shows('Pull it out now');
    await en.shows('1 lesson came, 90 MB');
    await look(zh, 'desk-drive-done', words);
    await look(en, 'desk-drive-done', words);
    await turnTo(en, 'lacking');
    await en.shows('All that is wanted is here');
    await turnTo(zh, 'arriving');
    await until(async () => bytesFrom(await entry(zh, `arrived/${lesson.id}`), 'U盘') > 0.95 * bytes, 'it came by the drive', 60);
    assert.ok(await nodes.same(lesson.btmh), 'as it was published');
    await nodes.unplug();
    await turnTo(zh, 'drives');
    await until(async () => !(await zh.text('main')).includes(label), 'it is gone', 60);
    await zh.shows('没有U盘在工作');
  },

  'all that without a reload': async () => {
    for (const it of [zh, en]) {
      assert.ok(await it.page.evaluate(() => globalThis.stayed && globalThis.told.desk > 5), 'the same document');
      await it.close();
    }
  },
}, { onward: false });
