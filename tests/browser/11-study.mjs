// Walked by 11-study.py.
import { logIn, turnTo } from './desk.mjs';
import { Watched, assert, facts, nodes, tell, until } from './lib.mjs';
import { look, lookBoth } from './looks.mjs';

const { station, phone, cards, lessons, titles, note, people, data } = facts;
const [film, other] = titles;
const month = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 7);
const tails = cards.map((card) => card.number.slice(-4));

// What the node says, to the page that asks.
const ask = (it, path) => it.page.evaluate(async (to) => (await fetch(to)).json(), path);
const studying = (it) => ask(it, '/api/study');
const book = (it) => ask(it, `/api/study/register?month=${month}`);
const plays = (it, least = 1) => until(() => it.page.evaluate((at) => {
  const video = document.querySelector('video');
  return !!video && !video.paused && video.currentTime >= at;
}, least), `the film plays beyond ${least} s`, 60);
const typeOn = async (it, digits) => { for (const digit of digits) await it.page.locator(`[data-key="pin/${digit}"]`).click(); };

// From the lesson's page, with arrows and OK.
async function beginTogether(tv, lesson) {
  await tv.page.evaluate((id) => { location.hash = `#/lesson/${encodeURIComponent(id)}`; }, lesson);
  await tv.focusIs('play');
  await tv.page.locator('[data-key=together]').waitFor();
  for (let n = 0; n < 4 && await tv.focus() !== 'together'; n++) await tv.press('ArrowRight');
  await tv.focusIs('together');
  await tv.press('Enter');
  await tv.focusIs('begin');
}

let tv;
let desk;

await tell({
  'a collective study is begun with the remote control': async () => {
    tv = await Watched.open(`${station}/?view=tv`);
    await tv.shows(film);
    await beginTogether(tv, lessons[0]);
    await lookBoth(tv, 'study-begin', data);
    await tv.press('ArrowUp');
    await until(async () => /^heads\//.test(await tv.focus()), 'the heads have the focus');
    await tv.page.locator('[data-key="heads/more"]').focus();
    for (let n = 0; n < 3; n++) await tv.press('Enter');
    await until(async () => await tv.text('.heads-n') === '23', 'twenty-three heads');
    await tv.page.locator('[data-key=begin]').focus();
    await tv.press('Enter');
    await tv.at(/#\/play\//);
    await plays(tv);
    await tv.page.locator('.study-mark').waitFor();
    const now = await studying(tv);
    assert.equal(now.running.heads, 23);
    assert.equal(now.running.lessons[0].title, film);
  },

  'the operator calls the roll on a phone, writes, takes a photo': async () => {
    desk = await Watched.open(`${phone}/desk?view=phone#/register`, { view: 'phone' });
    assert.equal((await studying(desk)).may, false, 'a phone that nobody has logged in at');
    await logIn(desk);
    await turnTo(desk, 'register');
    await desk.shows(film);
    await desk.page.locator('[data-key="roll/name"]').fill(people.join('、'));
    await desk.page.locator('[data-key="roll/add"]').click();
    for (const name of people) await desk.page.locator(`[data-key="roll/${name}"]`).waitFor();
    await desk.page.locator('[data-key="roll/card"]').fill(cards[0].number);
    await desk.page.locator('[data-key="roll/add-card"]').click();
    await desk.shows(`…${tails[0]}`);
    await desk.page.locator('[data-key=note]').fill(note);
    await desk.page.locator('[data-key="note/save"]').click();
    await until(async () => (await studying(desk)).running.note === note, 'the note is kept');
    await desk.page.locator('[data-key=photo]').setInputFiles(facts.picture);
    await until(async () => (await studying(desk)).running.photo, 'the photo is kept');
    const now = (await studying(desk)).running;
    assert.deepEqual(now.names, people);
    assert.deepEqual(now.cards.map((card) => [card.tail, card.known]), [[tails[0], true]]);
    await lookBoth(desk, 'study-register-phone', data);
  },

  'the register follows the film by itself, and a scanner types cards': async () => {
    await tv.at(/#\/study$/);
    await tv.focusIs('done');
    for (const name of people) await tv.shows(name); // as they were called on the phone
    await lookBoth(tv, 'study-register', data);
    for (const digit of cards[1].number) await tv.press(digit);
    await tv.press('Enter');
    await tv.shows(`…${tails[1]}`);
    await tv.page.locator('[data-key="on-phone"]').focus();
    await tv.press('Enter');
    await tv.page.locator('.phone-code .qr').waitFor();
    await lookBoth(tv, 'study-code', data);
    await tv.press('Escape');
    await tv.focusIs('on-phone');
    await tv.press('ArrowLeft');
    await tv.focusIs('done');
    await tv.press('Enter');
    await tv.focusIs('done/yes');
    await tv.press('Enter');
    await until(async () => (await studying(tv)).running === null, 'the study is over');
    const [study] = (await book(desk)).studies;
    assert.equal(study.heads, 23);
    assert.deepEqual(study.names, people);
    assert.equal(study.cards.length, 2);
    assert.ok(study.photo && study.note === note, JSON.stringify(study));
    // A film of 20 s, watched once.
    assert.ok(study.ms > 15_000 && study.ms <= 21_500, `${study.ms} ms of 20 s`);
  },

  'a power cut does not end it': async () => {
    await beginTogether(tv, lessons[1]);
    await tv.press('Enter');
    await plays(tv, 4);
    const { id } = (await studying(tv)).running;
    await until(async () => (await studying(tv)).running.ms > 0, 'it counts');
    await tv.page.waitForTimeout(14_000); // it is written down every ten seconds
    tv.check();
    await tv.page.context().close();
    desk.expect(/net::ERR/, /status of 401/, /status of 503/);
    await nodes.power_cut();
    tv = await Watched.open(`${station}/?view=tv`);
    await tv.focusIs('interrupted');
    await lookBoth(tv, 'study-interrupted', data);
    await tv.press('Enter');
    await tv.focusIs('resume');
    await lookBoth(tv, 'study-resume', data);
    await tv.press('Enter');
    await tv.at(/#\/play\//);
    await plays(tv, 1);
    const now = (await studying(tv)).running;
    assert.equal(now.id, id);
    assert.equal(now.parts, 2);
    assert.ok(now.ms > 1000, `${now.ms} ms from before`);
    await tv.press('Escape', 'Escape');
    await tv.page.evaluate(() => { location.hash = '#/study'; });
    await tv.page.locator('[data-key=done]').click();
    await tv.page.locator('[data-key="done/yes"]').click();
    await until(async () => (await studying(tv)).running === null, 'the study is over');
    await tv.page.evaluate(() => { location.hash = '#/'; });
  },

  'material from elsewhere is entered by hand': async () => {
    await desk.page.reload();
    await logIn(desk);
    await turnTo(desk, 'register');
    await desk.page.locator('[data-key="begin/open"]').click();
    await desk.page.locator('[data-key=outside]').click();
    await desk.page.locator('[data-key=begin]').click();
    await desk.shows('请写上内容');
    await desk.page.locator('[data-key="outside/teacher"]').click();
    await desk.page.locator('[data-key="outside/title"]').fill('老师讲果树');
    await desk.page.locator('[data-key="outside/minutes"]').fill('45');
    await lookBoth(desk, 'study-outside', [...data, '老师讲果树']);
    await desk.page.locator('[data-key=begin]').click();
    await until(async () => (await studying(desk)).running?.outside?.minutes === 45, 'it runs');
    await tv.at(/#\/study$/); // the room's screen comes to it by itself
    await tv.shows('老师讲果树');
    await tv.close();
    await desk.page.locator('[data-key="lesson/more"]').click();
    await desk.page.locator(`[data-key="pick/${lessons[1]}"]`).click();
    await until(async () => (await studying(desk)).running.lessons.some((lesson) => lesson.title === other), 'a lesson is added');
    await desk.page.locator('[data-key=done]').click();
    await desk.page.locator('[role=dialog] .main').click();
    await until(async () => (await book(desk)).studies.length === 3, 'it is in the register');
    assert.equal((await book(desk)).minutes.hand_ms, 45 * 60_000);
    await desk.shows('45 分钟');
  },

  'the book of the month is completed, and the ledger kept': async () => {
    const { studies } = await book(desk);
    const first = studies.find((study) => study.heads === 23);
    await desk.page.locator(`[data-key="edit/${first.id}"]`).click();
    await desk.page.locator('.completing [data-key=note]').fill(`${note}，还想学羊圈怎么建`);
    await desk.page.locator('.completing [data-key="note/save"]').click();
    await until(async () => (await book(desk)).studies.find((study) => study.id === first.id).note.endsWith('羊圈怎么建'), 'it is completed');
    const words = [...data, '羊圈怎么建', '老师讲果树', '电视机', '屏幕左边有条纹', '想要一课讲羊圈'];
    await look(desk, 'study-book', words);
    await turnTo(desk, 'ledger');
    await desk.page.locator('[data-key="equipment/add"]').click();
    await desk.page.locator('[data-key="equipment/name"]').fill('电视机');
    await desk.page.locator('[data-key="equipment/save"]').click();
    await desk.page.locator('[data-key^="equipment-item/"]').waitFor();
    await desk.page.locator('[data-key="fault/text"]').fill('屏幕左边有条纹');
    await desk.page.locator('[data-key="fault/send"]').click();
    await desk.page.locator('[data-key^="fixed/"]').click();
    await desk.shows('已修好');
    await desk.page.locator('[data-key="wish/text"]').fill('想要一课讲羊圈');
    await desk.page.locator('[data-key="wish/send"]').click();
    await desk.shows('想要一课讲羊圈');
    await lookBoth(desk, 'ledger', words);
    desk.check();
  },

  'a card opens a personal study on a phone': async () => {
    const it = await Watched.open(`${phone}/?view=phone#/study`, { view: 'phone' });
    await lookBoth(it, 'study-hub', data);
    await it.page.locator('[data-key="way/me"]').click();
    await typeOn(it, cards[0].number.slice(0, 9));
    await typeOn(it, String((Number(cards[0].number[9]) + 1) % 10));
    await it.shows('卡号不对'); // its check digit
    await it.page.locator('[data-key="pin/delete"]').click();
    await typeOn(it, cards[0].number[9]);
    await it.shows(`…${tails[0]}`);
    await lookBoth(it, 'card-pin', data);
    it.expect(/status of 401/);
    await typeOn(it, cards[0].pin.replace(/./g, (digit) => String((Number(digit) + 1) % 10)));
    await it.shows('卡号或密码不对');
    await typeOn(it, cards[0].pin);
    await it.shows(`卡 …${tails[0]} 正在学习`);
    assert.equal((await studying(it)).card.tail, tails[0]);

    await it.page.locator('[data-key="to-lessons"]').click();
    await it.page.evaluate((id) => { location.hash = `#/lesson/${encodeURIComponent(id)}`; }, lessons[1]);
    await it.page.locator('[data-key^="file/"]').click(); // the picture opens on the page, and counts
    await it.page.locator('.reader[data-page="1"]').waitFor();
    await it.page.waitForTimeout(3000);
    await it.page.locator('.reader .button').first().click();
    await it.page.locator('[data-key=restart], [data-key=play]').first().click();
    await plays(it, 8);
    await it.page.evaluate(() => { location.hash = '#/me'; });
    await it.shows('本站记下了什么');
    await until(async () => {
      const [visit] = (await ask(it, '/api/card/mine')).personals;
      return visit?.plays.length === 2;
    }, 'both are recorded', 30);
    const [visit] = (await ask(it, '/api/card/mine')).personals;
    assert.ok(visit.plays.every((play) => play.title === other && play.ms >= 2000), JSON.stringify(visit));
    await it.page.reload();
    await it.shows(other);
    await lookBoth(it, 'card-mine', data);
    await it.page.locator('[data-key="card-out"]').click();
    await it.page.locator('[data-key="pin/5"]').waitFor();
    assert.equal((await studying(it)).card, null);
    // Of who was here before, the next one is shown nothing, not even for a moment.
    let answer;
    await it.page.route(/\/api\/card\/mine/, async (route) => {
      await new Promise((go) => { answer = go; });
      await route.continue();
    });
    await typeOn(it, cards[1].number);
    await it.shows(`…${tails[1]}`);
    await typeOn(it, cards[1].pin);
    await it.shows(`卡 …${tails[1]} 正在学习`);
    await until(() => answer, 'the page asks what is recorded');
    assert.ok(!(await it.text()).includes(other), await it.text());
    answer();
    await it.shows('还没有记录');
    await it.page.locator('[data-key="card-out"]').click();
    await it.page.locator('[data-key="pin/5"]').waitFor();
    await it.page.evaluate(() => { location.hash = '#/rules'; });
    await it.shows('240');
    await lookBoth(it, 'counting-rules', data);
    await it.close();
    const { personals, minutes } = await book(desk);
    assert.equal(personals.length, 1);
    assert.equal(personals[0].tail, tails[0]);
    assert.ok(minutes.personal_ms > 8000, JSON.stringify(minutes));
  },

  'the office reads it': async () => {
    const text = await nodes.at_the_office(month, note, ...people, film);
    assert.ok(text.includes('23'), text);
    await desk.close();
  },
}, { onward: false });
