// Walked by 01-watch.py.
import { Watched, assert, facts, nodes, pause, tell, until } from './lib.mjs';
import { look, lookBoth } from './looks.mjs';

const { station, data } = facts;
const video = (it) => it.page.evaluate(() => {
  const v = document.querySelector('video');
  return v && { at: v.currentTime, of: v.duration, paused: v.paused, failed: v.error?.message ?? '', width: v.videoWidth };
});
const plays = async (it, from = 0) => until(async () => {
  const v = await video(it);
  assert.equal(v?.failed ?? '', '', 'the film');
  return v && !v.paused && v.at > from + 0.5 && v.width > 0;
}, `it plays from ${from} s on`);

let tv, first;
await tell({
  'an empty station says so': async () => {
    for (const lang of ['zh', 'en']) {
      const it = await Watched.open(`${station}/?view=tv`, { lang });
      await it.shows(lang === 'zh' ? '这里还没有课' : 'There are no lessons here yet');
      await look(it, 'empty', data);
      if (lang === 'zh') tv = it; else await it.close();
    }
  },

  'a lesson shows by itself': async () => {
    // Its picture comes after it.
    await tv.page.route(/\/blob\//, (route) => route.fulfill({ status: 404 }));
    first = await nodes.publish(0);
    await tv.shows(facts.lessons[0]);
    await nodes.held(first);
    await until(async () => !/接收中|等待接收/.test(await tv.text()), 'it is here');
    tv.check();
  },

  'keys alone: open, play, subtitles, seek, pause, back': async () => {
    await tv.focusIs(`fresh/${first}`);
    await tv.focusIsSeen();
    await tv.press('Enter');
    await tv.focusIs('play');
    await tv.focusIsSeen();
    await tv.press('Enter');
    await plays(tv);
    await until(async () => (await tv.text('.cues')).includes('春季防疫从三月开始')
      || (await tv.text('.cues')).includes('圈舍要先打扫'), 'subtitles are shown');
    // The bar's ten seconds a press, three times.
    const before = (await video(tv)).at;
    for (let n = 0; n < 3; n++) await tv.press('ArrowRight');
    await plays(tv, before + 28);
    await tv.press('Enter');
    await until(async () => (await video(tv)).paused, 'OK pauses');
    await look(tv, 'player', data);
    await tv.press('Enter');
    await plays(tv, before + 28);
    await tv.press('Escape');
    await until(async () => {
      await pause(500); // it may be on its way
      if (/#\/lesson\//.test(tv.page.url())) return true;
      await tv.press('Escape'); // the first one may have hidden the buttons
      return false;
    }, 'Back leads to the lesson', 20);
    await tv.shows('接着看'); // its place is kept
    await lookBoth(tv, 'lesson-begun', data);
    await tv.press('Escape');
    await tv.at(/#\/$|\/\?view=tv$/);
    tv.check();
  },

  'others come in beside it': async () => {
    await tv.page.locator(`[data-key$="${first}"] .letters`).first().waitFor();
    await tv.page.unroute(/\/blob\//);
    for (let n = 1; n < facts.lessons.length; n++) await nodes.held(await nodes.publish(n));
    for (const title of facts.lessons) await tv.shows(title);
    const pictured = () => tv.page.evaluate((key) => {
      const picture = document.querySelector(`[data-key$="${key}"] .poster img`);
      return !!picture && picture.complete && picture.naturalWidth > 0;
    }, first);
    await until(pictured, 'a picture that came late is seen');
    await tv.close();
  },

  'three presses at most, four to the phone': async () => {
    const ways = [
      [['Enter'], /#\/lesson\//, 'the newest lesson'],
      [['Enter', 'Enter'], /#\/play\//, 'and its film'],
      [['ArrowUp', 'Enter'], /#\/search/, 'the search'],
      [['ArrowUp', 'ArrowLeft', 'Enter'], /#\/study/, 'the study'],
      [['ArrowUp', 'ArrowLeft', 'ArrowLeft', 'Enter'], null, 'the phone'],
      [['ArrowUp', 'ArrowRight', 'Enter'], null, 'the language'],
      [['ArrowDown', 'Enter'], /#\/lesson\//, 'what is local'],
      [['ArrowDown', 'ArrowDown', 'Enter'], /#\/topic\//, 'a topic'],
    ];
    for (const [keys, address, what] of ways) {
      const it = await Watched.open(`${station}/?view=tv`);
      await until(async () => (await it.focus()).startsWith('fresh/'), 'the focus begins at the newest');
      for (const key of keys) {
        if (/#\/lesson\//.test(it.page.url())) await it.focusIs('play'); // who presses looks first
        const now = async () => `${await it.focus()} ${it.page.url()} ${await it.page.evaluate(() => document.documentElement.lang)}`;
        const was = await now();
        await it.press(key);
        await until(async () => await now() !== was
          || (await it.page.locator('[role=dialog]').count()) > 0, `${key} does something (${what})`, 30);
        if (key !== 'Enter') await it.focusIsSeen();
      }
      if (address) await it.at(address);
      else if (what === 'the phone') {
        await it.shows('192.168.1.20:7433');
        await lookBoth(it, 'phone-code', data);
      } else await it.shows('Search');
      await it.close();
    }
  },

  'every screen, both languages, every kind of screen': async () => {
    for (const view of ['tv', 'tube', 'tv720', 'phone', 'pc'])
      for (const lang of ['zh', 'en']) {
        const address = (to = '') => `${station}/?view=${view === 'phone' || view === 'pc' ? view : 'tv'}${to}`;
        const it = await Watched.open(address(), { view, lang });
        await it.shows(facts.lessons[4]);
        await look(it, 'home', data);
        for (const [name, to, text] of [
          ['lesson', `#/lesson/${encodeURIComponent(first)}`, facts.lessons[0]],
          ['topic', `#/topic/${encodeURIComponent('产业')}`, facts.lessons[1]],
          ['region', '#/region/431081101203', facts.lessons[3]],
          ['search', '#/search/hsy', facts.lessons[0]],
          ['found-none', '#/search/zq', 'zq'],
        ]) {
          await it.page.goto('about:blank');
          await it.page.goto(address(to));
          await it.shows(text);
          await look(it, name, data);
        }
        await it.close();
      }
  },

  'searched by initials on the screen and by text': async () => {
    const it = await Watched.open(`${station}/?view=tv#/search`);
    await it.focusIs('key/a');
    const reach = async (key) => {
      for (let n = 0; n < 12 && (await it.focus()) !== key; n++) {
        const way = await it.page.evaluate((to) => {
          const [a, b] = [document.activeElement, document.querySelector(`[data-key="${to}"]`)].map((e) => e.getBoundingClientRect());
          return b.top > a.top + 4 ? 'ArrowDown' : b.top < a.top - 4 ? 'ArrowUp' : b.left > a.left ? 'ArrowRight' : 'ArrowLeft';
        }, key);
        await it.press(way);
      }
      await it.focusIs(key);
      await it.focusIsSeen();
    };
    for (const letter of 'hsy') {
      await reach(`key/${letter}`);
      await it.press('Enter');
    }
    await it.shows('找到 1 课');
    await it.shows(facts.lessons[0]);
    await it.page.locator('input[type=search]').fill('贡茶');
    await it.shows(facts.lessons[1]);
    await it.page.evaluate(() => { location.hash = '#/search/hsy'; }); // as a link does
    await it.shows(facts.lessons[0]);
    assert.equal(await it.page.locator('input[type=search]').inputValue(), 'hsy');
    await it.close();
  },

  'it plays while it arrives': async () => {
    const it = await Watched.open(`${station}/?view=tv`);
    const large = await nodes.publish_large();
    await it.shows('杂交制种');
    await it.page.goto(`${station}/?view=tv#/lesson/${encodeURIComponent(large)}`);
    await it.shows('还在接收', 120);
    await look(it, 'arriving', data);
    await it.focusIs('play');
    await it.press('Enter');
    await plays(it);
    const at = await nodes.state(large);
    assert.equal(at.state, 'fetching', `not all of it is here: ${JSON.stringify(at)}`);
    await plays(it, 2);
    const then = await nodes.state(large);
    assert.notEqual(then.state, 'held', 'still not all of it is here');
    await it.shows('还在接收');
    await it.picture('player-arriving');
    await nodes.hurry();
    await nodes.held(large);
    await it.close();
  },

  'the page goes on when the node is restarted': async () => {
    const it = await Watched.open(`${station}/?view=tv`);
    await it.shows(facts.lessons[0]);
    it.expect(/net::ERR/, /status of 503/);
    await nodes.stop();
    await it.shows('连不上本站的机器');
    await it.picture('offline');
    await nodes.start();
    await until(async () => !(await it.text()).includes('连不上'), 'it is back');
    await it.shows(facts.lessons[0]);
    await it.focusIsSeen();
    it.expect();
    await it.press('Enter');
    await it.at(/#\/lesson\//);
    await it.close();
  },
});
