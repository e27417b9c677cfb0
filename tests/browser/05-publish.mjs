// Walked by 05-publish.py.
import { Watched, assert, facts, nodes, tell, until } from './lib.mjs';
import { look, lookBoth } from './looks.mjs';

const { county, station, password, phrase } = facts;
const TITLE = '黑山羊春季防疫';
const NEW_TITLE = '黑山羊春季防疫（修订）';
const TOPIC = '产业/养殖/黑山羊';
const SUMMARY = '三月天气转暖，正是防疫的时候。这一课讲怎样打扫和消毒圈舍，母羊、羔羊各打什么针。';
const REASON = '第三针的剂量讲错了';
const data = [...facts.data, NEW_TITLE, TITLE, TOPIC, ...TOPIC.split('/'), SUMMARY, REASON, '春季防疫.avi', '春季防疫.srt', facts.code,
'avi', 'srt', 'xiangtu set-password', 'mpeg4', 'LUFS'];

const key = (it, name) => it.page.locator(`[data-key="${name}"]`);
const says = async (it, selector = 'main') => it.text(selector);
const video = (it) => it.page.evaluate(() => {
  const v = document.querySelector('video');
  return v && { at: v.currentTime, of: v.duration, failed: v.error?.message ?? '', width: v.videoWidth, paused: v.paused };
});
const plays = (it, from = 0) => until(async () => {
  const v = await video(it);
  assert.equal(v?.failed ?? '', '', 'the film');
  return v && !v.paused && v.at > from + 0.5 && v.width > 0;
}, `it plays from ${from} s on`, 90);

// As a hand does it: files of the disk over the page, and let go.
async function drag(it, selector, files) {
  const box = await it.page.locator(selector).boundingBox();
  const hand = await it.context.newCDPSession(it.page);
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2, data: { items: [], files, dragOperationsMask: 1 } };
  await hand.send('Input.dispatchDragEvent', { type: 'dragEnter', ...at });
  await hand.send('Input.dispatchDragEvent', { type: 'dragOver', ...at });
  await until(async () => (await says(it, selector)).includes('松开鼠标'), 'it says that one may let go');
  await hand.send('Input.dispatchDragEvent', { type: 'drop', ...at });
  await hand.detach();
}

// A line to the node that carries so many bytes a second up; 0: all it can.
async function upload(it, rate) {
  const line = it.line ??= await it.context.newCDPSession(it.page);
  await line.send('Network.enable');
  await line.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: rate || -1 });
}

let office, screen, draft, lesson;
const logIn = async (it) => {
  await key(it, 'login/who').fill('李强');
  await key(it, 'login/secret').fill(password);
  await it.press('Enter');
  await key(it, 'log-out').waitFor();
};
const unlock = async (it) => {
  await key(it, 'unlock/passphrase').fill(phrase);
  await it.press('Enter');
  await until(async () => (await it.page.locator('[role=dialog]').count()) === 0, 'the key is open');
};

await tell({
  'an answer that comes before the first picture is not lost': async () => {
    for (const [url, text] of [[`${county}/desk?view=pc`, '登录管理台'], [`${station}/?view=tv`, '这里还没有课']]) {
      const it = await Watched.open('about:blank', { view: 'pc' });
      await it.page.addInitScript(() => { globalThis.requestAnimationFrame = (work) => setTimeout(() => work(performance.now()), 3000); });
      await it.page.goto(url);
      await it.shows(text);
      await it.close();
    }
  },

  'a wrong password, until it is locked': async () => {
    const it = await Watched.open(`${county}/desk?view=pc`, { view: 'pc' });
    await key(it, 'login/who').waitFor();
    await lookBoth(it, 'office-login', data);
    it.expect(/status of 401/, /status of 429/);
    for (const [n, left] of [[1, '还可以试 4 次'], [2, '3 tries left'], [3, '还可以试 2 次'], [4, '1 try left']]) {
      await key(it, 'login/who').fill('张敏');
      await key(it, 'login/secret').fill('猜猜看猜猜看');
      await it.press('Enter');
      await it.shows(left);
      if (n < 3) await look(it, 'office-wrong', data);
      await it.turnLanguage();
    }
    await key(it, 'login/who').fill('张敏');
    await key(it, 'login/secret').fill('猜猜看猜猜看');
    await it.press('Enter');
    await it.shows('试错次数太多');
    await lookBoth(it, 'office-locked', data);
    // Her own is not taken either, and others are not kept out.
    await key(it, 'login/who').fill('李强');
    await until(async () => !(await it.text()).includes('试错次数太多'), 'who else comes to this PC does not wait');
    const answer = (who, secret) => it.page.evaluate(async ([name, word]) => (await fetch('/api/login', {
      method: 'POST', headers: { 'X-Xiangtu': '1', 'Content-Type': 'application/json' }, body: JSON.stringify({ who: name, secret: word }),
    })).status, [who, secret]);
    assert.equal(await answer('张敏', Array.from(password).reverse().join('')), 429, 'the right one while it is locked');
    assert.equal(await answer('李强', password), 200, 'another person');
    await it.close();
  },

  'the office comes in, and accepts the station': async () => {
    office = await Watched.open(`${county}/desk?view=pc`, { view: 'pc' });
    office.whole = true;
    await logIn(office);
    await office.shows('还没有发布过课');
    await lookBoth(office, 'office-empty', data);
    await nodes.heard();
    await key(office, 'menu/stations').click();
    office.expect(/status of 401/, /status of 409/); // the key is locked, the passphrase wrong
    await key(office, `accept/${facts.code}`).click();
    await key(office, 'unlock/passphrase').fill('不是这一句');
    await office.press('Enter');
    await office.shows('口令不对。还可以试 4 次');
    await look(office, 'office-unlock', data);
    await unlock(office);
    await key(office, `end/${facts.code}`).waitFor();
    office.expect();
    await lookBoth(office, 'office-stations', data);
    await key(office, 'key/lock').click();
    await key(office, 'key/unlock').waitFor();
    // The station's screen, in the same session of the browser.
    screen = await Watched.open(`${station}/?view=tv`, { beside: office });
    await screen.shows('这里还没有课');
  },

  'a film is dragged in and sent; the page is closed in the middle': async () => {
    await key(office, 'menu/drafts').click();
    await office.shows('没有正在制作的课');
    await lookBoth(office, 'office-drafts-none', data);
    await key(office, 'new-draft').click();
    await office.at(/#\/draft\/[0-9a-f]+$/);
    draft = office.page.url();
    await office.shows('把文件或文件夹拖到这里');
    await lookBoth(office, 'office-draft-new', data);
    await upload(office, 80_000); // of 1.6 MB, the last part takes some seconds
    await drag(office, '.dropzone', [facts.film, facts.subtitles]);
    await office.shows('正在上传');
    await until(async () => /正在上传 [1-9]\d*%/.test(await says(office)), 'how much of it is sent');
    await until(async () => /约还要/.test(await says(office)), 'how long it still takes');
    await upload(office, 20_000); // nothing ends while it is looked at
    await lookBoth(office, 'office-sending', data);
    // Its title is that of the film, until a person gives another one.
    await until(async () => await key(office, 'field/title').inputValue() === '春季防疫', 'a title from the name of the film');

    await office.page.reload();
    await upload(office, 0);
    await office.shows('从断的地方接着传');
    await lookBoth(office, 'office-sent-in-part', data);
    await office.page.locator('.dropzone input[type=file]').setInputFiles([facts.film, facts.subtitles]);
    await until(async () => (await says(office)).match(/已传完/g)?.length === 2, 'all of it is here');
  },

  'what it is, said; a draft survives a reload': async () => {
    await key(office, 'field/title').fill('');
    await office.shows('请填写。');
    await key(office, 'field/title').fill(TITLE);
    await key(office, 'field/topic').fill('产业／养殖／黑山羊');
    await until(async () => await key(office, 'field/topic').inputValue() === TOPIC, 'the wide stroke is taken for the usual one');
    await key(office, 'field/summary').fill(SUMMARY);
    await key(office, 'field/region').fill('431082');
    await office.shows('这个地区不归本办公室管');
    await lookBoth(office, 'office-fields-wrong', data);
    await key(office, 'field/region').fill('431081101');
    await office.shows('已自动保存');
    await office.page.reload();
    await until(async () => await key(office, 'field/title').inputValue() === TITLE, 'the title is kept');
    assert.equal(await key(office, 'field/summary').inputValue(), SUMMARY, 'the summary is kept');
    assert.equal(await key(office, 'field/region').inputValue(), '431081101', 'the place is kept');
    await key(office, 'menu/drafts').click();
    await office.shows(TITLE);
    await lookBoth(office, 'office-drafts', data);
    await office.page.locator('a', { hasText: TITLE }).click();
    await key(office, 'draft/prepare').waitFor();
  },

  'checked and converted, with a second quality': async () => {
    await until(() => key(office, 'rendition/480p').isChecked(), '480p is made by itself');
    await key(office, 'draft/prepare').click();
    await office.shows('正在处理');
    const seen = new Set();
    await until(async () => {
      const work = (await office.page.locator('.work').allInnerTexts())[0] ?? '';
      const share = /(\d+)%/.exec(work)?.[1];
      if (work.includes('转换') && share) seen.add(share);
      return seen.size >= 3;
    }, 'how far the conversion is, step by step', 120);
    await office.page.locator('.work').evaluate((work) => work.scrollIntoView({ block: 'center' }));
    office.whole = false;
    await office.picture('office-converting-step');
    office.whole = true;
    await lookBoth(office, 'office-converting', data);
    await until(async () => (await says(office)).includes('可以发布了'), 'it is prepared', 240);
    const text = await says(office);
    for (const found of ['已转换', '字幕已转换好']) assert.ok(text.includes(found), `it says: ${found}: ${text}`);
    await lookBoth(office, 'office-ready', data);
  },

  'looked at as a station shows it': async () => {
    for (const view of ['tv', 'phone']) {
      const shown = await office.opens(() => key(office, `preview/${view}`).click(), view);
      await shown.shows(TITLE);
      await shown.shows('还没有发布');
      await shown.shows('清晰度');
      await lookBoth(shown, 'office-preview', data);
      if (view === 'tv') {
        await key(shown, 'play').click();
        await plays(shown);
        await until(async () => facts.cues.includes((await says(shown, '.cues')).trim()), 'its subtitles');
      }
      await shown.closePage();
    }
    screen.check();
    assert.ok((await screen.text()).includes('这里还没有课'), 'nothing of it is public');
  },

  'signed, and at the station by itself': async () => {
    await nodes.narrow(150_000);
    office.expect(/status of 409/); // the key is locked
    await key(office, 'draft/publish').click();
    await key(office, 'unlock/passphrase').waitFor();
    await unlock(office);
    await office.shows('已经发布');
    office.expect();
    await lookBoth(office, 'office-draft-published', data);
    lesson = await nodes.lesson();
    await screen.page.bringToFront();
    await screen.shows(TITLE);
  },

  'played there while it still comes': async () => {
    await screen.focusIs(`fresh/${lesson}`);
    await screen.press('Enter');
    await screen.shows('还在接收', 120);
    await screen.focusIs('play');
    await look(screen, 'lesson-arriving', data);
    await screen.press('Enter');
    await plays(screen);
    const begun = (await video(screen)).at;
    await plays(screen, begun + 1);
    const then = await nodes.state(lesson);
    assert.equal(then.state, 'fetching', `not all of it is here: ${JSON.stringify(then)}`);
    await screen.shows('还在接收');
    await until(async () => facts.cues.includes((await says(screen, '.cues')).trim()), 'subtitles are shown');
    // To what has not come: that is waited for, and said.
    await screen.page.evaluate(() => { const v = document.querySelector('video'); v.pause(); });
    const box = await key(screen, 'seek').boundingBox().catch(() => null);
    assert.ok(box, 'the bar is there');
    await screen.page.mouse.click(box.x + box.width * 0.7, box.y + box.height / 2);
    await key(screen, 'toggle').click();
    await screen.shows('这一段还没到');
    await look(screen, 'player-waits', data);
    assert.notEqual((await nodes.state(lesson)).state, 'held', 'still not all of it is here');
    await nodes.narrow();
    await plays(screen, (await video(screen)).of * 0.7);
    await until(async () => facts.cues.includes((await says(screen, '.cues')).trim()), 'subtitles there, too');
    await nodes.held(lesson);
    await until(async () => !(await screen.text()).includes('还在接收'), 'it has come');
    screen.check();
    await screen.page.goto(`${station}/?view=tv`);
    await screen.shows(TITLE);
  },

  'the office sees who holds it': async () => {
    await office.page.bringToFront();
    await key(office, 'to-coverage').click();
    await until(async () => /1 站已有，共 1 站/.test(await says(office)), 'the station is counted, by itself', 150);
    assert.equal(await office.page.locator('.town .cell-held').innerText().then((text) => text.includes('联坪村')), true, 'its cell');
    await lookBoth(office, 'office-coverage-of', data);
    await key(office, 'menu/published').click();
    await office.shows('1 / 1 站已有');
    await lookBoth(office, 'office-published', data);
    await key(office, 'menu/coverage').click();
    await office.shows('1 / 1 站已有');
    await lookBoth(office, 'office-coverage', data);
  },

  'revised: other words, the same film': async () => {
    await key(office, 'menu/published').click();
    await key(office, `published/${lesson}`).click();
    await office.shows('修改这一课');
    await lookBoth(office, 'office-lesson', data);
    await key(office, 'revise').click();
    await office.at(/#\/draft\/[0-9a-f]+$/);
    await office.shows('就沿用原来的视频');
    await key(office, 'field/title').fill(NEW_TITLE);
    await lookBoth(office, 'office-revise', data);
    await key(office, 'draft/prepare').click();
    await until(async () => (await says(office)).includes('可以发布了'), 'it is prepared', 60);
    await key(office, 'draft/publish').click();
    await office.shows('已经发布');
    await screen.page.bringToFront();
    await screen.shows(NEW_TITLE);
    await until(async () => (await nodes.state(lesson)).title === NEW_TITLE, 'at the station');
  },

  'withdrawn; who has not obeyed yet is told': async () => {
    screen.expect(/net::ERR/, /status of 503/);
    await nodes.stop();
    await office.page.bringToFront();
    await key(office, 'menu/published').click();
    await key(office, `published/${lesson}`).click();
    await key(office, 'withdraw').click();
    await office.page.locator('[role=dialog] .danger').click();
    await office.shows('请写原因');
    await key(office, 'withdraw/reason').fill(REASON);
    await lookBoth(office, 'office-withdraw', data);
    await office.page.locator('[role=dialog] .danger').click();
    await office.shows('还没有确认的');
    await until(async () => (await says(office)).includes('联坪村'), 'who has not confirmed');
    await lookBoth(office, 'office-withdrawn', data);
    await nodes.start();
    await screen.page.bringToFront();
    await until(async () => !(await screen.text()).includes(NEW_TITLE), 'it goes away at the station', 90);
    await screen.shows('这里还没有课');
    await office.page.bringToFront();
    await office.shows('都确认了', 150);
    await key(office, 'menu/published').click();
    await office.shows('1 站已确认');
    await lookBoth(office, 'office-withdrawn-list', data);
  },

  'left': async () => {
    await key(office, 'log-out').click();
    await office.shows('登录管理台');
    await office.page.goto(draft);
    await office.page.reload();
    await office.shows('登录管理台');
    assert.ok(!(await office.text()).includes(TITLE), 'nothing is shown to who is not logged in');
    screen.check();
    await office.close();
  },
}, { onward: false });
