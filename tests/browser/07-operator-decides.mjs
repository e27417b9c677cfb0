// Walked by 07-operator-decides.py. The page in Chinese watches what the one in
// English decides, and the other way round.
import { ENTER, entry, openDesk, says, turnTo } from './desk.mjs';
import { assert, facts, nodes, tell, until } from './lib.mjs';
import { look, lookBoth } from './looks.mjs';

const { data, pin, days } = facts;
const MB = 1024 * 1024;
const at = (it, key) => it.page.locator(`[data-key="${key}"]`);
const lessons = {};
let zh;
let en;

async function setQuota(it, megabytes) {
  await at(it, 'quota').click();
  await at(it, 'quota/n').fill(String(megabytes));
  await at(it, 'quota/n/unit').selectOption('M');
  await it.page.locator('form.short [type=submit]').click();
  await until(async () => (await nodes.conf()).includes(`\nquota = ${megabytes}M\n`), 'it is in node.conf', 20);
  await until(async () => (await nodes.status()).cache.quota === megabytes * MB, 'and in the node', 20);
}

await tell({
  'what else is wanted, and what is not': async () => {
    zh = await openDesk('subscriptions');
    en = await openDesk('lessons', { lang: 'en' });
    for (const it of [zh, en]) await it.page.evaluate(() => { globalThis.stayed = true; });
    const far = await nodes.publish('外乡的课', 200_000, '产业/养殖', '--region', '431081102');
    await until(async () => /外乡的课\s+not taken/.test(await en.text('main')), 'known, and not taken', 60);

    await at(zh, 'sub/add').click();
    await zh.shows('内容和地区至少填一个');
    await at(zh, 'sub/region').fill('431081102');
    await at(zh, 'sub/add').click();
    await zh.shows('地区：431081102');
    await nodes.held(far);
    await until(async () => /外乡的课\s+here/.test(await en.text('main')), 'the other page has heard', 60);

    await at(zh, 'sub/topic').fill('文化/戏曲');
    await at(zh, 'sub/how').selectOption('no');
    await at(zh, 'sub/add').click();
    await zh.shows('内容：文化 › 戏曲');
    await lookBoth(zh, 'desk-subscribed', data);
    assert.deepEqual((await nodes.rules()).map(({ topic, region, exclude }) => [topic ?? '', region ?? '', exclude]),
      [['', '431081102', false], ['文化/戏曲', '', true]]);
    lessons.opera = await nodes.publish('唱戏的课', 100_000, '文化/戏曲');
    lessons.one = await nodes.publish('课一', 2 * MB, '产业/养殖', '--date', '2026-01-01');
    await nodes.held(lessons.one);
    assert.equal(await nodes.state(lessons.opera), 'known', 'what is left out does not come');
  },

  'what would go next, and what is kept': async () => {
    await turnTo(zh, 'storage');
    await says(zh, 'next/', /课一/, 60);
    await at(en, `pin/${lessons.one}`).click();
    await en.shows('kept here');
    await until(async () => !/课一/.test(await entry(zh, 'next/')), 'it would not any more', 60);
    for (const [name, title, day] of [['two', '课二', '02'], ['three', '课三', '03']]) {
      await nodes.another_second();
      lessons[name] = await nodes.publish(title, 2 * MB, '产业/养殖', '--date', `2026-01-${day}`);
      await nodes.held(lessons[name]);
    }
    await says(zh, 'next/', /课二[^]*课三/, 90);
    await zh.shows('还没有删除过');
    await lookBoth(zh, 'desk-storage-next', data);
  },

  'less room, and what goes for it': async () => {
    await setQuota(zh, 8);
    await zh.shows('共 8 MB');
    assert.match(await nodes.conf(), /# 村里的机器，不要动这一行\nfloor = 0\n/, 'the rest of node.conf is as it was');
    await nodes.another_second();
    await nodes.held(await nodes.publish('课四', 2 * MB, '产业/养殖', '--date', '2026-01-04'));
    await says(zh, 'last', /课.*2 MB.*最少用到的/, 60);
    assert.equal(await nodes.state(lessons.one), 'held', 'what is kept stays');
    await lookBoth(zh, 'desk-storage-went', data);
  },

  'what cannot come for lack of room': async () => {
    await turnTo(zh, 'lacking');
    await turnTo(en, 'lacking');
    lessons.large = await nodes.publish('大课', 9 * MB, '产业/养殖');
    await says(zh, 'lacking/', /大课[^]*空间[^]*9 MB/, 60);
    await says(en, 'lacking/', /room/, 60);
    await look(zh, 'desk-lacking-room', data);
    await look(en, 'desk-lacking-room', data);
    await at(en, `see/${lessons.large}`).click(); // what to do leads to where it is done
    await until(async () => (await en.page.locator('main.at-storage').count()) > 0, 'the page about room');
  },

  'what cannot come while its source is away': async () => {
    await nodes.county_stops();
    await setQuota(en, 60);
    await says(zh, 'lacking/', /大课[^]*(有这一课的机器现在连不上|现在找不到有这一课的机器)[^]*看一看网线/, 120);
    await lookBoth(zh, 'desk-lacking-source', data);
    await nodes.county_starts();
    await zh.shows('要的课都到齐了', 120);
    assert.equal(await nodes.state(lessons.large), 'held');
  },

  'hours and limits': async () => {
    await turnTo(en, 'home');
    await turnTo(zh, 'limits');
    await at(zh, 'presetNight').click();
    await at(zh, 'cap').fill('20');
    await at(zh, 'reserve').fill('x');
    await zh.shows('请填一个大于零的数');
    assert.ok(await at(zh, 'limits/save').isDisabled(), 'what is wrong is not saved');
    await at(zh, 'reserve').fill('');
    await lookBoth(zh, 'desk-limits-preset', data);
    await at(zh, 'limits/save').click();
    await until(async () => /^limit = \* 07:00-22:00 down 2M up 500K$/m.test(await nodes.conf()) && /^cap = 20G$/m.test(await nodes.conf()), 'they are in node.conf', 20);
    await zh.shows('共 20 GB');
    const { limits } = await nodes.status();
    assert.deepEqual([limits.rules, limits.cap], [1, 20 * 1024 * MB], 'and in the node');
    // In the other page, by the hour that it is.
    const now = limits.down === null ? 'No limit now' : 'Now down 2 Mbit/s, up 500 kbit/s';
    await en.shows(now);
  },

  'the machine': async () => {
    await turnTo(en, 'health');
    const text = (await en.text('main')).replace(/\s+/g, ' ');
    for (const fact of [/Download engine well/, /Clock right/, /Free on the disk [\d.]+ .B of [\d.]+ .B/, /Memory in use [\d.]+ MB/, /Load [\d.]+/, /Engine in its cage (fully|in part)/,
      new RegExp(`Version ${(await nodes.status()).version ?? '\\d'}`)])
      assert.match(text, fact);
    await turnTo(zh, 'health');
    await until(async () => {
      await nodes.kill_engine();
      return /出错后在等待，会自动重启|正在启动/.test(await zh.text('main'));
    }, 'the page says that the engine died', 60);
    await until(async () => /Download engine\s+well/.test(await en.text('main')) && /机器正常/.test(await zh.text('main')), 'and that it is back', 120);
  },

  'weeks later': async () => {
    await turnTo(zh, 'trust');
    await zh.shows('今天有消息');
    for (const it of [zh, en]) it.expect(/net::ERR/, /status of 401/, /status of 503/, /ERR_CONNECTION/);
    await nodes.county_stops();
    await nodes.later();
    for (const it of [zh, en]) {
      const again = it.lang === 'zh' ? '请重新登录' : 'Please log in again';
      await it.shows(again);
      await it.drawn(); // it listens
      for (const digit of pin) await it.press(digit);
      await it.page.getByRole('button', { name: ENTER[it.lang], exact: true }).click();
      await until(async () => !(await it.text()).includes(again), 'logged in again');
    }
    await until(async () => new RegExp(`${days} 天没有`).test(await zh.text('main')), 'so long nothing was heard', 60);
    await look(zh, 'desk-trust-old', data);
    await turnTo(en, 'trust');
    await until(async () => new RegExp(`${days} days since .* was last heard`).test(await en.text('main')), 'in English, too', 60);
    await look(en, 'desk-trust-old', data);
    await turnTo(en, 'home');
    await en.shows(`The quietest office: ${days} days ago`);
  },

  'what was decided has lasted': async () => {
    assert.match(await nodes.conf(), /^quota = 60M$/m);
    const { cache, limits } = await nodes.status();
    assert.deepEqual([cache.quota, limits.rules, limits.cap], [60 * MB, 1, 20 * 1024 * MB], 'room and limits');
    await turnTo(en, 'limits');
    await en.shows('every day 07:00–22:00: down 2 Mbit/s, up 500 kbit/s');
    await turnTo(zh, 'subscriptions');
    await zh.shows('地区：431081102');
    await zh.shows('内容：文化 › 戏曲');
    const second = (await nodes.rules())[1];
    await at(zh, `sub/${second.n}`).click();
    await until(async () => (await nodes.rules()).length === 1, 'one is taken out', 20);
    await until(async () => !/戏曲/.test(await zh.text('.items')), 'in the page, too', 20);
    for (const it of [zh, en]) {
      assert.ok(await it.page.evaluate(() => globalThis.stayed), 'the same document');
      await it.close();
    }
  },
}, { onward: false });
