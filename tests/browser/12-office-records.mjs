// Walked by 12-office-records.py.
import { readFileSync } from 'node:fs';
import { Watched, assert, facts, nodes, tell, until } from './lib.mjs';
import { lookBoth } from './looks.mjs';

const { county, password, phrase, march, april, busy, idle, away, names, note, told, lesson } = facts;
const PEOPLE = [['何满香', '联坪村'], ['=陈大山', '联坪村'], ...Array.from({ length: 10 }, (_, i) => [`学员${'甲乙丙丁戊己庚辛壬癸'[i]}`, '黄草村'])]
  .map(([name, place]) => [name.replace('=', ''), place]);
const TABLE = `\ufeff姓名,村\r\n${PEOPLE.map((row) => row.join(',')).join('\r\n')}\r\n`;
const data = [...facts.data, ...PEOPLE.flat(), '发卡.csv', '0.1.0'];

const key = (it, name) => it.page.locator(`[data-key="${name}"]`);
const plain = (text) => text.replace(/[,\s]/g, '');
const row = (it, code) => it.page.locator(`[data-key="station/${code}"]`);
const turn = (it, to) => it.page.evaluate((hash) => { location.hash = hash; }, `#/${to}`);

// The figures of a station's line, as they stand in the table.
const figures = async (it, code) => (await row(it, code).locator('td.n').allInnerTexts()).map(plain);

// What stood there before, of another month, is gone.
const reportIsOf = (it, month) => it.shows(`${month.slice(0, 4)}年${Number(month.slice(5))}月学习月报`);

async function chooseMonth(it, month) {
  await key(it, 'report/month').selectOption(month);
  await it.at(new RegExp(`#/report/${month}`));
  await reportIsOf(it, month);
}

async function openReport(it, month) {
  await turn(it, `report/${month}`);
  await reportIsOf(it, month);
  await key(it, 'report/open-all').click();
  await row(it, busy.code).waitFor();
}

// Have cards drawn for a table, until they are shown.
async function issueTable(table) {
  await key(office, 'cards/file').setInputFiles({ name: '发卡.csv', mimeType: 'text/csv', buffer: Buffer.from(table) });
  await key(office, 'cards/issue').click();
  await key(office, 'cards/sheet').waitFor();
}

// [number, PIN]
async function firstCard(it) {
  const [number, pin] = (await it.page.locator('.study-card').first().locator('dd').allInnerTexts()).map((text) => text.replace(/\D/g, ''));
  assert.match(number, /^\d{10}$/);
  assert.match(pin, /^\d{6}$/);
  return [number, pin];
}

let office;
async function enter() {
  await key(office, 'login/secret').fill(password);
  await office.press('Enter');
  await key(office, 'log-out').waitFor();
}

await tell({
  'what came is sealed until the key is open, and is counted then': async () => {
    office = await Watched.open(`${county}/desk?view=pc`, { view: 'pc' });
    office.whole = true;
    await enter();
    await turn(office, 'records');
    await office.shows('记录密钥锁着');
    await lookBoth(office, 'records-locked', data);
    await key(office, 'records/unlock').click();
    await key(office, 'unlock/passphrase').fill(phrase);
    await office.press('Enter');
    await office.shows('送来的都统计了');
    await lookBoth(office, 'records-counted', data);
  },

  'zero and not heard from are told apart, and minutes are those that were told': async () => {
    await turn(office, 'report');
    await office.shows('2031年4月学习月报');
    await chooseMonth(office, march);
    await key(office, 'report/open-all').click();
    await row(office, busy.code).waitFor();
    const seen = await figures(office, busy.code);
    assert.deepEqual(seen.slice(0, 10), [busy.minutes, busy.collective_minutes, busy.personal_minutes, busy.open_minutes, busy.hand_minutes, busy.doubtful_minutes,
      busy.collective, busy.personal, busy.people, busy.lessons].map(String), 'the line of the busy village');
    assert.match(await row(office, busy.code).innerText(), /达标/);
    assert.match(await row(office, idle.code).innerText(), /\s零\s/);
    assert.deepEqual((await figures(office, idle.code)).slice(0, 6), Array(6).fill('0'));
    const silent = await row(office, away.code).innerText();
    assert.match(silent, /2031年3月20日 起没有消息/);
    assert.doesNotMatch(silent, /零/, 'what was not heard from is not zero');
    assert.deepEqual((await figures(office, away.code)).filter((cell) => cell !== ''), [], 'nor has it figures that say so');
    await office.shows('3 站：达标 1，零 1，没有消息 1');
    assert.equal(await office.page.locator('thead th', { hasText: '名次' }).count(), 0, 'nobody asked for a rank');
    await lookBoth(office, 'report-month', data);
    await key(office, 'report/rank').click();
    await until(async () => await office.page.locator('thead th', { hasText: '名次' }).count() > 0, 'the rank');
    await key(office, 'report/rank').click();
  },

  'on paper there is the table and not the desk': async () => {
    await office.page.emulateMedia({ media: 'print' });
    const shown = (selector) => office.page.locator(selector).first().isVisible();
    assert.equal(await shown('.menu'), false, 'no menu');
    assert.equal(await shown('[data-key="report/print"]'), false, 'no buttons');
    assert.equal(await shown('.print-title'), true, 'a heading');
    assert.match(await office.text('.print-title'), /资兴市.*2031年3月/);
    const paper = await office.page.evaluate(() => Array.from(document.styleSheets)
      .flatMap((sheet) => Array.from(sheet.cssRules)).filter((rule) => rule.type === CSSRule.PAGE_RULE).map((rule) => rule.cssText));
    assert.match(paper.join(), /landscape/);
    await office.page.emulateMedia({ media: null });
  },

  'a table for office software': async () => {
    const [file] = await Promise.all([office.page.waitForEvent('download'), key(office, 'csv/stations').click()]);
    const bytes = readFileSync(await file.path());
    assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf], 'its byte order mark');
    for (const one of [busy, idle, away]) assert.ok(bytes.includes(one.code), `a line of ${one.name}`);
    const tables = await office.page.locator('[data-key^="csv/"]').evaluateAll((links) => Promise.all(links.map(async (link) => `${(await fetch(link.href)).status} ${link.dataset.key}`)));
    assert.deepEqual(tables.filter((said) => !said.startsWith('200 ')), [], 'each of them is there');
  },

  'the books of a station: register, ledger, faults, wishes': async () => {
    await openReport(office, april);
    await key(office, `book/${busy.code}`).click();
    await office.shows(note);
    const text = await office.text('main');
    for (const word of [...names, lesson, '17', '集中学习登记簿']) assert.ok(text.includes(word), `the register says ${word}`);
    await until(() => office.page.evaluate(() => { const photo = document.querySelector('.study-photo'); return photo?.complete && photo.naturalWidth > 0; }), 'the photo');
    await lookBoth(office, 'book-studies', data);
    for (const [book, word] of [['equipment', told.equipment], ['others', told.fault], ['others', told.wish], ['plays', lesson]]) {
      await turn(office, `station-book/${encodeURIComponent(`${busy.code}/${april}/${book}`)}`);
      await office.shows(word);
      await lookBoth(office, `book-${book}`, data);
    }
    await turn(office, `station-book/${encodeURIComponent(`${busy.code}/${march}/studies`)}`);
    await office.shows('果树剪枝');
    await office.shows('手工登记');
    await turn(office, `station-book/${encodeURIComponent(`${busy.code}/${march}/personals`)}`);
    await office.shows('个性化学习登记簿');
    await lookBoth(office, 'book-personals', data);
  },

  'what wants looking at, and what stations wish for': async () => {
    await turn(office, 'attention');
    await office.shows(told.wish);
    await office.shows(told.fault); // asked for by itself
    await until(async () => new RegExp(`${away.name}[\\s\\S]*没有消息`).test(await office.text('main')), 'who was not heard from');
    await lookBoth(office, 'attention', data);
  },

  'the month is closed; what comes later is told beside it': async () => {
    await openReport(office, march);
    await key(office, 'report/close').click();
    await office.shows('还有 1 站没有消息');
    await office.picture('report-close');
    await office.page.locator('.dialog .button.danger').click();
    await office.shows('已封月，数字不再变');
    await office.shows('封月以后没有再到的');
    await row(office, busy.code).waitFor();
    const before = await figures(office, busy.code);
    await nodes.comes();
    await until(async () => {
      await key(office, 'report/again').click();
      await office.drawn();
      return (await office.page.locator('.supplement').count()) > 0;
    }, 'the supplement', 90);
    const late = await office.text('.supplement');
    assert.match(late, new RegExp(`${away.name}[\\s\\S]*${away.minutes}`), late);
    assert.match(late, /2031年4月12日/);
    assert.deepEqual(await figures(office, busy.code), before, 'the bulletin is what it was');
    assert.match(await row(office, away.code).innerText(), /没有消息/, 'as it was when it was closed');
    await lookBoth(office, 'report-closed', data);
  },

  'how far many cards are is shown, and that is stopped': async () => {
    await turn(office, 'cards');
    const many = Array.from({ length: 490 }, (_, i) => `学员${i}`).join('\r\n');
    await key(office, 'cards/file').setInputFiles({ name: '发卡.csv', mimeType: 'text/csv', buffer: Buffer.from(`姓名\r\n${many}\r\n`) });
    await key(office, 'cards/issue').click();
    await key(office, 'cards/drawing').waitFor();
    const done = async () => Number(/(\d+) \/ 490/.exec(await key(office, 'cards/drawing').innerText())[1]);
    const before = await done();
    await until(async () => await done() > before, 'more of them are drawn');
    await office.shows('约还要');
    await lookBoth(office, 'cards-drawing', data);
    await key(office, 'cards/discard').click();
    await key(office, 'cards/choose').waitFor();
    assert.equal(await key(office, 'cards/ready').count(), 0, 'none of them waits');
  },

  'cards are made from a table, and are good once somebody has them': async () => {
    await key(office, 'cards/file').setInputFiles({ name: '发卡.csv', mimeType: 'text/csv', buffer: Buffer.from('何满香,联坪村\r\n') });
    await office.shows('第一行要写栏目名');
    await issueTable(TABLE);
    assert.equal(await office.page.locator('.study-card').count(), PEOPLE.length);
    assert.equal(await office.page.locator('.card-sheet').count(), 2, 'ten a page');
    const [number, pin] = await firstCard(office);
    await office.shows('这些卡还没有生效');
    assert.equal(await office.page.locator('table [data-key^="card/"]').count(), 0, 'nobody has a card');
    await lookBoth(office, 'cards-sheet', data);
    await office.page.emulateMedia({ media: 'print' });
    const sizes = await office.page.locator('.study-card').evaluateAll((cards) => cards.map((card) => Math.round(card.getBoundingClientRect().height * 25.4 / 96)));
    assert.deepEqual(Array.from(new Set(sizes)), [55], 'each card is 55 mm high');
    const numbers = (await office.page.locator('.study-card dd:first-of-type').allInnerTexts()).map((text) => text.replace(/\D/g, '')).filter((text) => text.length === 10);
    const picture = await office.page.locator('.card-sheets').screenshot();
    const read = await nodes.read_codes(picture.toString('base64'));
    if (read) assert.deepEqual(read.sort(), numbers.sort(), 'a scanner reads the numbers');
    await office.page.emulateMedia({ media: null });

    // The browser may go: another window shows them again.
    const phone = await Watched.open(`${county}/desk?view=phone`, { view: 'phone', beside: office });
    phone.whole = true;
    await key(phone, 'log-out').waitFor();
    await turn(phone, 'cards');
    await key(phone, 'cards/ready').waitFor();
    await lookBoth(phone, 'cards-ready', data);
    await key(phone, 'cards/show').click();
    await key(phone, 'cards/sheet').waitFor();
    assert.deepEqual(await firstCard(phone), [number, pin], 'the same cards');
    await lookBoth(phone, 'cards-sheet', data);
    await phone.closePage();

    // Once it is on paper it is asked about.
    await office.page.evaluate(() => dispatchEvent(new Event('afterprint')));
    await key(office, 'cards/not-yet').click();
    await key(office, 'cards/done').click();
    await office.picture('cards-have');
    await key(office, 'cards/have').click();
    await until(async () => await key(office, 'cards/sheet').count() === 0, 'the sheet is gone');
    assert.ok(!(await office.text()).includes(pin), 'and its PINs');
    assert.equal(await nodes.logs_in(number, pin), number.slice(-4));
    assert.equal(await nodes.wrong_pin(number, pin === '000000' ? '000001' : '000000'), 401);
    await lookBoth(office, 'cards-people', data);
  },

  'a person: what is recorded, and that it can be forgotten': async () => {
    await key(office, 'cards/find').fill('何满香');
    await until(async () => await office.page.locator('[data-key^="card/"]').count() === 1, 'one is found');
    await office.page.locator('[data-key^="card/"]').click();
    await office.shows('记录了 何满香 什么');
    await lookBoth(office, 'cards-person', data);
    await key(office, 'person/end').click();
    await office.page.locator('.dialog .button.danger').click();
    await office.shows('已停用');
    await key(office, 'person/forget').click();
    await office.shows('找不回来');
    await office.page.locator('.dialog .button.danger').click();
    await office.at(/#\/cards$/);
    await key(office, 'cards/find').fill('何满香');
    await office.shows('没有符合的');
    office.check();
  },

  'on a phone': async () => {
    const phone = await Watched.open(`${county}/desk?view=phone`, { view: 'phone', beside: office });
    phone.whole = true;
    await key(phone, 'log-out').waitFor();
    for (const [page, what, word] of [[`report/${march}`, 'report', '已封月'], [`station-book/${encodeURIComponent(`${busy.code}/${march}/studies`)}`, 'book', note],
      ['attention', 'attention', told.wish], ['records', 'records', '送来的都统计了'], ['cards', 'cards', '学员甲']]) {
      await turn(phone, page);
      await phone.shows(word);
      await lookBoth(phone, `office-${what}`, data);
    }
    await phone.closePage();
  },

  'a page that is opened while its part is on its way is shown': async () => {
    for (let n = 0; n < 12; n++) {
      const phone = await Watched.open(`${county}/desk?view=phone`, { view: 'phone', beside: office });
      await key(phone, 'log-out').waitFor();
      await turn(phone, 'records');
      await phone.shows('送来的都统计了', 5);
      await phone.closePage();
    }
  },

  'who leaves leaves no PIN in the page, and finds the cards waiting': async () => {
    await issueTable('姓名\r\n何满香\r\n');
    const [, pin] = await firstCard(office);
    await key(office, 'log-out').click();
    await enter();
    await turn(office, 'cards');
    await key(office, 'cards/ready').waitFor();
    assert.equal(await key(office, 'cards/sheet').count(), 0, 'the sheet went with who made it');
    assert.ok(!(await office.text()).includes(pin), 'nor is there a PIN');
    await key(office, 'cards/discard').click();
    await office.shows('作废这 1 张卡');
    await office.page.locator('.dialog .button.danger').click();
    await key(office, 'cards/choose').waitFor();
    office.check();
  },

  'cards that are discarded elsewhere are handed in again as they are': async () => {
    await issueTable('姓名\r\n何满香\r\n');
    const card = await firstCard(office);
    const phone = await Watched.open(`${county}/desk?view=phone`, { view: 'phone', beside: office });
    await key(phone, 'log-out').waitFor();
    await turn(phone, 'cards');
    await key(phone, 'cards/discard').click();
    await phone.page.locator('.dialog .button.danger').click();
    await key(phone, 'cards/choose').waitFor();
    await phone.closePage();
    await key(office, 'cards/again').waitFor();
    await lookBoth(office, 'cards-gone', data);
    await key(office, 'cards/again').click();
    await key(office, 'cards/done').waitFor();
    assert.deepEqual(await firstCard(office), card, 'the same card');
    await key(office, 'cards/done').click();
    await key(office, 'cards/have').click();
    await until(async () => await key(office, 'cards/sheet').count() === 0, 'it is valid');
    assert.equal(await nodes.logs_in(...card), card[0].slice(-4));
    office.check();
  },
}, { onward: false });
