// Walked by 09-office.py.
import { statSync } from 'node:fs';
import { Watched, assert, facts, nodes, tell, until } from './lib.mjs';
import { look, lookBoth } from './looks.mjs';

const { county, station, passwords, pin, new_pin: newPin } = facts;
const TITLE = '黑山羊春季防疫';
const TOPIC = '产业/养殖/黑山羊';
const MANY = ['狗脑贡茶的采摘与炒制', '甜玉米播种'];
const SUMMARY = '两节课：先打扫圈舍，再打针。讲义里有时间表。';
const names = facts.files.map((path) => path.split('/').pop());
const data = [...facts.data, TITLE, TOPIC, '产业/种植/茶叶', '产业/种植/甜玉米', '产业', '养殖', '黑山羊', '种植', '茶叶', '甜玉米', ...MANY, SUMMARY,
  ...names, ...names.map((name) => name.replace(/\.\w+$/, '')), '讲义里有时间表', '罗非鱼.mp4', '罗非鱼越冬', '有错的表.csv', '十一月的课.csv',
  'xiangtu set-password', facts.code, 'LUFS', 'h264', 'incoming'];

const key = (it, name) => it.page.locator(`[data-key="${name}"]`);
const says = (it, selector = 'main') => it.text(selector);
const video = (it) => it.page.evaluate(() => {
  const v = document.querySelector('video');
  return v && { at: v.currentTime, of: v.duration, failed: v.error?.message ?? '', paused: v.paused, src: decodeURIComponent(v.currentSrc) };
});
const logIn = async (it, who = '李强') => {
  await key(it, 'login/who').fill(who);
  await key(it, 'login/secret').fill(passwords[who]);
  await it.press('Enter');
  await key(it, 'log-out').waitFor();
};

let office, lessons;
await tell({
  'a lesson of two parts, a page and a picture': async () => {
    office = await Watched.open(`${county}/desk?view=pc`, { view: 'pc' });
    office.whole = true;
    await logIn(office);
    await key(office, 'new-draft').click();
    await office.at(/#\/draft\/[0-9a-f]+$/);
    await office.page.locator('.dropzone input[type=file]').setInputFiles(facts.files);
    await until(async () => (await says(office)).match(/已传完/g)?.length === 4, 'all four are here');
    await key(office, 'field/title').fill(TITLE);
    await key(office, 'field/topic').fill(TOPIC);
    await key(office, 'field/summary').fill(SUMMARY);
    await key(office, 'draft/prepare').click();
    await office.shows('请另一位同事看过后同意', 240);
    const text = await says(office);
    for (const name of names) assert.ok(text.includes(name), `it says what was found of ${name}`);
    assert.equal(await key(office, 'draft/publish').isDisabled(), true, 'nobody has approved it');
    office.whole = false;
    await key(office, 'approve/name').evaluate((name) => name.scrollIntoView({ block: 'center' }));
    await office.picture('office-approval-step');
    office.whole = true;
    await lookBoth(office, 'office-approval', data);
  },

  'a second person approves, and what they saw is what is signed': async () => {
    await key(office, 'approve/name').fill('李强');
    await office.shows('要另一个人同意');
    await key(office, 'approve/name').fill('王丽');
    office.expect(/status of 401/);
    await key(office, 'approve/secret').fill(passwords.李强);
    await office.press('Enter');
    await office.shows('名字或密码不对。还可以试 4 次');
    await look(office, 'office-approval-wrong', data);
    await key(office, 'approve/secret').fill(passwords.王丽);
    await key(office, 'approve').click();
    await office.shows('王丽 已同意');
    office.expect();
    // Other words, and it has to be looked at again.
    await key(office, 'field/summary').fill(`${SUMMARY}！`);
    await until(async () => await key(office, 'approve/name').count() > 0, 'it waits again');
    await until(() => key(office, 'draft/publish').isDisabled(), 'it was changed');
    await key(office, 'field/summary').fill(SUMMARY);
    await office.shows('已自动保存');
    await key(office, 'approve/name').fill('王丽');
    await key(office, 'approve/secret').fill(passwords.王丽);
    await key(office, 'approve').click();
    await office.shows('可以发布了');
    await lookBoth(office, 'office-approved', data);
    await key(office, 'draft/publish').click();
    await office.shows('已经发布');
    lessons = await nodes.lessons();
    await nodes.held(lessons[TITLE]);
  },

  'its parts and handouts at the station; the next part': async () => {
    const it = await Watched.open(`${station}/?view=tv#/lesson/${encodeURIComponent(lessons[TITLE])}`);
    await it.shows('讲义与图片');
    for (const name of names) await it.shows(name.replace(/\.\w+$/, ''));
    await lookBoth(it, 'lesson-parts', data);
    await it.focusIs('play');
    await it.press('Enter');
    await until(async () => (await video(it))?.at > 0.3, 'the first part plays');
    assert.ok((await video(it)).src.includes(names[0].replace(/\.\w+$/, '')), `the first part: ${(await video(it)).src}`);
    await until(async () => {
      const { at, of } = await video(it);
      if (at < of - 4) await it.press('ArrowRight'); // ten seconds on
      return (await it.text()).includes('秒后播放');
    }, 'the first part is over');
    await it.shows(names[1].replace(/\.\w+$/, ''));
    await it.picture('player-next');
    await it.press('Enter');
    await until(async () => (await video(it))?.src.includes(names[1].replace(/\.\w+$/, '')) && (await video(it)).at > 0.3, 'the second part plays');
    await it.close();
  },

  'what may be taken home': async () => {
    const it = await Watched.open(`${station}/#/lesson/${encodeURIComponent(lessons[TITLE])}`, { view: 'phone' });
    it.whole = true;
    await it.shows('保存第1节');
    await lookBoth(it, 'lesson-save', data);
    const [file] = await Promise.all([it.page.waitForEvent('download'), key(it, 'save/1').click()]);
    assert.equal(file.suggestedFilename(), `${TITLE} 2.mp4`, 'it is called as the lesson is');
    assert.ok(statSync(await file.path()).size > 10_000, 'all of it');
    const sheet = await it.page.evaluate(async (name) => {
      const link = Array.from(document.querySelectorAll('a[download]')).find((one) => one.textContent.includes(name));
      const answer = await fetch(link.href);
      return { type: answer.headers.get('Content-Type'), size: (await answer.arrayBuffer()).byteLength };
    }, '防疫讲义');
    assert.deepEqual(sheet, { type: 'application/pdf', size: statSync(facts.files[2]).size }, 'the page to read');
    await it.close();
  },

  'the node is restarted; the office goes on, now without approval': async () => {
    await key(office, 'menu/list').click();
    office.expect(/net::ERR/, /status of 401/, /status of 503/);
    await nodes.needs_nobody();
    await office.shows('请重新登录');
    await lookBoth(office, 'office-again', data);
    await key(office, 'login/secret').fill(passwords.李强);
    await office.press('Enter');
    await until(async () => !(await office.text()).includes('请重新登录'), 'logged in again');
    office.expect();
  },

  'many by a table': async () => {
    await office.shows('一次发布很多课');
    await lookBoth(office, 'office-list', data);
    const choose = (path) => office.page.locator('main input[type=file]').setInputFiles([path]);
    office.expect(/status of 400/);
    await choose(facts.bad);
    await key(office, 'list/send').click();
    await office.shows('一行也没有建立');
    assert.equal(await office.page.locator('tr.wrong').count(), 2, 'the rows with faults');
    await look(office, 'office-list-wrong', data);
    await choose(facts.good);
    await until(async () => !(await office.text()).includes('一行也没有建立'), 'another table');
    office.expect();
    await key(office, 'list/send').click();
    await office.shows('建立了 2 份草稿');
    await key(office, 'list/prepare').click();
    await until(async () => (await says(office)).includes('发布所有做好的（2）'), 'both are prepared', 240);
    await lookBoth(office, 'office-list-ready', data);
    await key(office, 'list/publish').click();
    await office.shows('发布了 2 课');
    lessons = await nodes.lessons();
    for (const title of MANY) await nodes.held(lessons[title]);
    await key(office, 'menu/published').click();
    for (const title of [TITLE, ...MANY]) await office.shows(title);
  },

  'what may not be taken home': async () => {
    const it = await Watched.open(`${station}/#/lesson/${encodeURIComponent(lessons[MANY[1]])}`, { view: 'phone' });
    it.whole = true;
    await it.shows('发布者不允许复制');
    assert.equal(await it.page.locator('a[download]').count(), 0, 'nothing to save');
    await lookBoth(it, 'lesson-save-not', data);
    await it.page.goto(`${station}/?x#/lesson/${encodeURIComponent(lessons[MANY[0]])}`);
    await key(it, 'save/0').waitFor();
    await it.close();
  },

  'who holds it, by township': async () => {
    await key(office, 'menu/coverage').click();
    await key(office, `coverage/${lessons[TITLE]}`).click();
    const cells = () => office.page.locator('.cells .cell-held').allInnerTexts().then((all) => all.join(' '));
    await until(async () => (await cells()).includes('联坪村') && (await cells()).includes('流华湾村'), 'both stations have it', 150);
    await until(async () => (await cells()).includes('兴宁镇（办公室）'), 'the township, too', 150);
    assert.match(await office.page.locator('.town h2').first().innerText(), /兴宁镇 1 \/ 1/, 'which is no station');
    assert.equal(await office.page.locator('.town').count(), 2, 'two townships');
    await office.shows('兴宁镇');
    await lookBoth(office, 'office-grid', data);
    await key(office, 'menu/published').click();
    await until(async () => (await says(office)).match(/2 \/ 2 站已有/g)?.length === 3, 'the bars of all three', 150);
    await lookBoth(office, 'office-lessons', data);
  },

  'the office on a phone, and from an armchair': async () => {
    for (const view of ['phone', 'tv']) {
      const it = await Watched.open(`${county}/desk?view=${view}`, { view });
      it.whole = view === 'phone';
      await logIn(it);
      const begun = await it.page.evaluate(async () => (await (await fetch('/api/drafts')).json()).drafts[0]);
      assert.equal(begun.to_come, 0, 'nothing is to come of what is published');
      for (const [name, page, text] of [['published', 'published', MANY[0]], ['drafts', 'drafts', '没有正在制作的课'], ['draft', `draft/${begun.id}`, /已经发布/],
        ['list', 'list', '一次发布很多课'], ['coverage', 'coverage', MANY[0]], ['grid', `coverage/${encodeURIComponent(lessons[TITLE])}`, '流华湾村'],
        ['lesson', `lesson/${encodeURIComponent(lessons[TITLE])}`, '修改这一课'], ['stations', 'stations', '流华湾村']]) {
        await it.page.evaluate((to) => { location.hash = to; }, `#/${page}`);
        await until(async () => (await it.text()).match(text), `${page} is there`);
        await lookBoth(it, `office-small-${name}`, data);
      }
      await it.close();
    }
  },

  'a forgotten PIN: read out, and a code comes back': async () => {
    for (const lang of ['en', 'zh']) {
      const it = await Watched.open(`${station}/desk?view=tv`, { lang });
      await it.focusIs('pin/5');
      await key(it, 'forgotten').click();
      await it.focusIs('reset/next');
      const challenge = (await says(it, '.challenge')).replace(/\s/g, '');
      assert.match(challenge, /^[A-Z0-9]{4}-[A-Z0-9]{4}$/, 'the question');
      const more = [...data, challenge, `xiangtu station reset-pin ${facts.code} A ${challenge}`];
      await look(it, 'reset-call', more);
      assert.ok(await it.page.evaluate(() => document.documentElement.scrollHeight <= innerHeight + 1), 'all that is read out is on the screen');
      if (lang === 'en') {
        await it.close();
        continue;
      }
      const code = await nodes.reset_code(facts.code, 'A', challenge);
      const type = async (digits) => {
        await it.focusIs('pin/5');
        for (const digit of digits) await it.press(digit);
        await key(it, 'pin/enter').click();
      };
      await it.press('Enter');
      await it.shows('第 2 步');
      await lookBoth(it, 'reset-code', more);
      const wrong = String((Number(code) + 1) % 1e8).padStart(8, '0');
      it.expect(/status of 401/);
      await type(wrong);
      await it.shows('第 3 步');
      await lookBoth(it, 'reset-pin', more);
      await type('1234');
      await it.shows('太好猜');
      for (let n = 0; n < 4; n++) await key(it, 'pin/delete').click();
      for (const digit of newPin) await it.press(digit);
      await key(it, 'pin/enter').click();
      await it.shows('第 4 步');
      await type(newPin);
      await it.shows('这个数字不对');
      await look(it, 'reset-wrong', more);
      await type(code);
      await it.shows('第 4 步'); // the PIN is known already
      await type(newPin);
      await key(it, 'log-out').waitFor();
      it.expect();
      await key(it, 'log-out').click();
      await it.focusIs('pin/5');
      it.expect(/status of 401/);
      await type(pin);
      await it.shows('还可以试 4 次');
      await type(newPin);
      await key(it, 'log-out').waitFor();
      await it.close();
    }
  },
}, { onward: false });
