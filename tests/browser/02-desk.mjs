// Walked by 02-desk.py.
import { ENTER, PAGES, logIn, openDesk, turnTo } from './desk.mjs';
import { Watched, assert, facts, nodes, tell, until } from './lib.mjs';
import { look, lookBoth } from './looks.mjs';

const { station, pin, data } = facts;

// By arrows and OK alone: the keypad's 5 has the focus when it comes.
const PLACES = ['1', '2', '3', '4', '5', '6', '7', '8', '9', 'delete', '0', 'enter'];
async function typeByArrows(it, keys) {
  for (const key of keys) {
    const to = PLACES.indexOf(key);
    for (let n = 0; n < 8; n++) {
      const at = PLACES.indexOf((await it.focus()).replace('pin/', ''));
      if (at === to) break;
      const [down, right] = [Math.floor(to / 3) - Math.floor(at / 3), to % 3 - at % 3];
      await it.press(down > 0 ? 'ArrowDown' : down < 0 ? 'ArrowUp' : right > 0 ? 'ArrowRight' : 'ArrowLeft');
    }
    await it.focusIs(`pin/${key}`);
    await it.press('Enter');
  }
}

await tell({
  'nobody has a PIN yet': async () => {
    for (const lang of ['en', 'zh']) {
      const it = await Watched.open(`${station}/desk?view=tv`, { lang });
      await it.shows('xiangtu set-pin A');
      await look(it, 'desk-no-pin', [...data, 'xiangtu set-pin A', 'xiangtu set-password']);
      if (lang === 'zh') {
        await nodes.set_pin();
        await it.focusIs('pin/5'); // the page goes on by itself
      }
      await it.close();
    }
  },

  'opened by arrows and OK': async () => {
    const it = await Watched.open(`${station}/desk?view=tv`);
    await it.focusIs('pin/5');
    await it.focusIsSeen();
    await lookBoth(it, 'desk-login', data);
    await typeByArrows(it, [...pin, 'enter']);
    await until(async () => (await it.page.locator('[data-key=log-out]').count()) > 0, 'logged in');
    const cookies = await it.context.cookies();
    const session = cookies.find((one) => one.name === 'xt_session');
    assert.ok(session?.httpOnly && session.sameSite === 'Strict', JSON.stringify(cookies));
    await it.close();
  },

  'a lesson is found, kept and dropped': async () => {
    const lesson = await nodes.publish();
    await nodes.held(lesson);
    const it = await Watched.open(`${station}/desk?view=pc`, { view: 'pc' });
    await logIn(it);
    await it.page.goto(`${station}/desk?view=pc#/lessons`);
    await it.shows('黑山羊春季防疫');
    await it.page.locator(`[data-key="pin/${lesson}"]`).click();
    await until(async () => (await nodes.lesson(lesson)).pinned, 'it is kept');
    await it.page.locator(`[data-key="drop/${lesson}"]`).click();
    await it.page.locator('[role=dialog]').waitFor();
    await lookBoth(it, 'desk-drop', data);
    await it.page.locator('[role=dialog] .danger').click();
    await until(async () => (await nodes.lesson(lesson)).state !== 'held', 'it is gone');
    await it.close();
  },

  'pages, both languages': async () => {
    for (const [view, lang] of [['pc', 'zh'], ['pc', 'en'], ['tv', 'zh'], ['tv', 'en'], ['tube', 'zh'], ['phone', 'zh'], ['phone', 'en']]) {
      const it = await openDesk('home', { view, lang });
      for (const page of PAGES) {
        await turnTo(it, page);
        await look(it, `desk-${page}`, data);
      }
      await it.close();
    }
  },

  'the desk goes on when the node is restarted': async () => {
    const it = await Watched.open(`${station}/desk?view=pc`, { view: 'pc' });
    await logIn(it);
    it.expect(/net::ERR/, /status of 401/, /status of 503/);
    await nodes.restart();
    await it.shows('请重新登录');
    await lookBoth(it, 'desk-again', data);
    for (const digit of pin) await it.press(digit);
    await it.page.getByRole('button', { name: ENTER.zh, exact: true }).click();
    await until(async () => !(await it.text()).includes('请重新登录'), 'logged in again');
    await it.close();
  },

  'logged out': async () => {
    const it = await Watched.open(`${station}/desk?view=pc`, { view: 'pc' });
    await logIn(it);
    await it.page.locator('[data-key=log-out]').click();
    await it.shows('登录管理台');
    assert.equal(await it.page.evaluate(async () => (await (await fetch('/api/me')).json()).role), 'viewer');
    await it.page.goto(`${station}/desk?view=pc#/storage`);
    await it.shows('登录管理台');
    await it.close();
  },

  'wrong tries lock it, for this screen': async () => {
    for (const lang of ['zh', 'en']) {
      const it = await Watched.open(`${station}/desk?view=tv`, { lang });
      it.expect(/status of 401/, /status of 429/);
      const locked = lang === 'zh' ? '试错次数太多' : 'Locked after too many wrong tries';
      const left = async () => /还可以试 \d+ 次|\d+ (try|tries) left/.exec(await it.text())?.[0];
      for (let n = 0; n < 6 && !(await it.text()).includes(locked); n++) {
        const before = await left();
        await it.focusIs('pin/5');
        for (const digit of '5830') await it.press(digit);
        await typeByArrows(it, ['enter']);
        await until(async () => (await it.text()).includes(locked) || ![undefined, before].includes(await left()), 'it says that this is wrong');
        if (n === 0 && lang === 'zh') await look(it, 'desk-wrong', data);
      }
      await it.shows(locked);
      await it.focusIs('forgotten');
      await look(it, 'desk-locked', data);
      // The right one is not taken either.
      const answer = await it.page.evaluate(async (secret) => (await fetch('/api/login', {
        method: 'POST', headers: { 'X-Xiangtu': '1', 'Content-Type': 'application/json' }, body: JSON.stringify({ who: 'A', secret }),
      })).status, pin);
      assert.equal(answer, 429, 'the right PIN while it is locked');
      await it.close();
    }
  },
});
