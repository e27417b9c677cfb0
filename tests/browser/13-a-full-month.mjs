// Walked by 13-a-full-month.py.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Watched, assert, facts, nodes, tell, until } from './lib.mjs';
import { lookBoth } from './looks.mjs';

const { county, password, march, april, inMarch, inApril, villages, groups, stranger, told, note, people, old, late, papers, data } = facts;
const { town, busy, some, school, forked, replaced, never } = villages;

let office;
const key = (name, it = office) => it.page.locator(`[data-key="${name}"]`);
const plain = (text) => text.replace(/[,\s]/g, '');
const turn = (to, it = office) => it.page.evaluate((hash) => { location.hash = hash; }, `#/${to}`);
const numbers = async (line) => (await line.locator('td.n').allInnerTexts()).map(plain);
const row = (code, it = office) => it.page.locator(`[data-key="station/${code}"]`);
const bookOf = (code, month, book) => `station-book/${encodeURIComponent(`${code}/${month}/${book}`)}`;

const SIGN = { reached: '达标', below: '未达标', zero: '零', silent: '没有消息' };

// The table says what was counted: the total, each place, each station, and no other.
async function tableSays(expected, where) {
  const total = office.page.locator('tbody.total').first();
  await until(async () => (await numbers(total)).slice(0, 15).join() === expected.total.join(), `${where}: the total is ${expected.total}`)
    .catch(async (e) => { throw new Error(`${e.message}; it is ${await numbers(total)}`); });
  await key('report/open-all').click();
  for (const [region, cells] of Object.entries(expected.places)) {
    const line = office.page.locator('tr.place-line', { has: key(`place/${region}`) });
    assert.deepEqual((await numbers(line)).slice(0, 15), cells.map(String), `${where}: ${region}`);
  }
  const codes = await office.page.locator('[data-key^="station/"]').evaluateAll((all) => all.map((one) => one.dataset.key.slice(8)));
  assert.deepEqual(codes.sort(), Object.keys(expected.stations).sort(), `${where}: its stations`);
  for (const [code, [state, ...cells]] of Object.entries(expected.stations)) {
    const text = await row(code).locator('.state').innerText();
    assert.ok(text.includes(SIGN[state]), `${where}: ${code} is ${state}: ${text}`);
    if (state === 'silent' && cells[0] === 0) continue; // says until when it was heard from, and no figures
    assert.deepEqual((await numbers(row(code))).slice(0, 11), cells.map(String), `${where}: ${code}`);
  }
}

// "place/group", each of them may be left out.
async function choose(month, filter) {
  const [region, group = ''] = filter.split('/');
  for (const [name, value] of [['region', region], ['group', group]])
    if (await key(`report/${name}`).count() > 0) await key(`report/${name}`).selectOption(value || '-');
  const at = [month, region, group].join('/').replace(/\/+$/, '');
  await until(() => decodeURIComponent(decodeURI(office.page.url())).endsWith(`#/report/${at}`), `the page is at ${at}`, 10);
  await office.drawn();
}

async function everyFilter(month, expected) {
  await turn(`report/${month}`);
  await key('report/open-all').waitFor();
  for (const [filter, of] of Object.entries(expected)) {
    await choose(month, filter);
    await tableSays(of, `${month} ${filter || 'all'}`);
  }
  await choose(month, '');
  await tableSays(expected[''], `${month}, all again`);
}

// What comes out of the printer: PDF as the page asks for it.
async function paper(name) {
  mkdirSync(papers, { recursive: true });
  const path = join(papers, `${name}.pdf`);
  await office.page.pdf({ path, preferCSSPageSize: true });
  const sheets = await nodes.paper_of(path);
  return sheets && { ...sheets, pages: sheets.pages.map((text) => text.replace(/\s/g, '')) };
}

const DESK = ['重新统计', '展开', '显示排名', '下载', '退出', '看课页面', '记录收取'];

function onPaper(sheets, { size, words, heads = [], least = 1, most = 99, except = [] }) {
  if (!sheets) return;
  assert.deepEqual(sheets.size, size === 'portrait' ? [595, 842] : [842, 595], 'A4');
  assert.ok(sheets.pages.length >= least && sheets.pages.length <= most, `${sheets.pages.length} sheets`);
  const all = sheets.pages.join('');
  for (const word of words) assert.ok(all.includes(word.replace(/\s/g, '')), `on paper: ${word}`);
  for (const word of DESK.filter((one) => !except.includes(one))) assert.ok(!all.includes(word), `no control on paper: ${word}`);
  sheets.pages.forEach((text, n) => {
    assert.ok(text.includes(`第${n + 1}页，共${sheets.pages.length}页`), `its number is on sheet ${n + 1}: ${text.slice(-80)}`);
    for (const head of heads) assert.ok(text.includes(head), `sheet ${n + 1} has the heading ${head}`);
  });
}

await tell({
  'strangers, forks and what could not be read are told apart': async () => {
    office = await Watched.open(`${county}/desk?view=pc`, { view: 'pc' });
    office.whole = true;
    await key('login/secret').fill(password);
    await office.press('Enter');
    await key('log-out').waitFor();
    await turn('records');
    await office.shows('没有收进来的机器');
    const panel = (title) => office.page.locator('.panel', { hasText: title }).first().innerText();
    assert.ok((await panel('没有收进来的机器')).includes(stranger), 'the machine that nobody accepted');
    assert.match(await panel('记录有分叉的站点'), new RegExp(`${forked.name}\\s*${forked.code}`));
    assert.match(await panel('打不开或读不懂的'), new RegExp(`${some.name}\\s*第 \\d+ 份`));
    await lookBoth(office, 'full-records', data);
  },

  'a closed month, by place and by group': async () => {
    await everyFilter(march, inMarch);
    assert.equal(await row(stranger).count(), 0, 'a stranger is in no denominator');
    assert.match(await row(never.code).innerText(), /从来没有消息/);
    await lookBoth(office, 'full-closed', data);
  },

  'what came after it was closed': async () => {
    const lines = office.page.locator('.supplement [data-key^="late/station/"]');
    assert.deepEqual(await lines.evaluateAll((all) => all.map((one) => one.dataset.key.slice(13))), [villages.late.code]);
    assert.deepEqual((await numbers(lines.first())).slice(0, 9), late.map(String), 'its figures');
    assert.match(await office.text('.supplement'), /2031年4月25日/);
  },

  'the month that runs, by place and by group': async () => {
    await everyFilter(april, inApril);
    assert.match(await row(forked.code).innerText(), /记录有分叉/);
    assert.match(await row(replaced.code).innerText(), /换过机器/);
    assert.equal(await row(old).count(), 0, 'the old box is no other station');
    const lines = office.page.locator('table.report').nth(1).locator('tr.place-line');
    assert.deepEqual((await lines.locator('th').allInnerTexts()).sort(), [...groups].sort());
    for (const group of groups)
      assert.deepEqual((await numbers(lines.filter({ hasText: group }))).slice(0, 15), inApril[`/${group}`].total.map(String), `the line of ${group}`);
    await lookBoth(office, 'full-month', data);
  },

  'what the townships look at, and what reaches the county': async () => {
    await turn('attention');
    await office.shows(told.wish);
    await office.shows(told.new);
    const listed = (title) => office.page.locator('.panel', { has: office.page.locator('h2', { hasText: title }) }).first()
      .locator('[data-key^="look/"]').evaluateAll((all) => all.map((one) => one.dataset.key.slice(5)).sort());
    const both = [`${forked.code}/forked`, `${never.code}/silent`, `${some.code}/fault`, `${stranger}/stranger`];
    assert.deepEqual(await listed('到县里的'), [...both].sort(), 'the county');
    assert.deepEqual(await listed('乡镇这个星期要看的'), [...both, `${forked.code}/silent`, `${school.code}/silent`, `${town.code}/zero`,
      `${villages.late.code}/zero`, `${busy.code}/fault`, `${some.code}/clock`].sort(), 'the townships');
    await lookBoth(office, 'full-attention', data);
    onPaper(await paper('attention'), { size: 'portrait', words: [told.fault, told.wish, never.name, '资兴市'] });
  },

  'a replaced box has its books in one': async () => {
    await turn(bookOf(old, march, 'studies')); // a closed month is as it was
    await office.shows('果树修剪');
    await turn(bookOf(replaced.code, april, 'studies'));
    await office.shows('水稻育秧');
  },

  'the bulletin on paper': async () => {
    await turn(`report/${march}`);
    await key('report/open-all').waitFor();
    await key('report/open-all').click();
    await row(busy.code).waitFor();
    onPaper(await paper('bulletin'), { size: 'landscape', least: 1, most: 4,
      words: ['资兴市 2031年3月学习情况通报', '学习分钟', '补报', '分钟是怎样算的', ...Object.values(villages).map((one) => one.name), ...groups] });
  },

  'the registers and ledgers on paper, their headings on every sheet': async () => {
    const days = Array.from({ length: 27 }, (_, i) => `2031年3月${i + 1}日`);
    for (const [book, words, heads, least] of [
      ['studies', [...days, note, ...people.slice(0, 5), '集中学习登记簿', '签字', '远程教育：春耕'], ['学习内容', '讨论与反馈'], 2],
      ['personals', ['签字', '个性化学习登记簿', ...days], ['卡号末四位'], 1],
      ['equipment', ['音箱', '投影仪', '设备台账', '签字', '机器状况'], ['设备名称'], 1],
      ['others', [told.new, told.wish], [], 1],
      ['plays', ['播放明细', '果树修剪'], ['在哪里看'], 2]]) {
      await turn(bookOf(busy.code, march, book));
      await office.shows(words.at(-1));
      await until(() => office.page.evaluate(() => Array.from(document.images).every((one) => one.complete)), 'the photos');
      onPaper(await paper(`book-${book}`), { size: 'landscape', words: [busy.name, ...words], heads, least });
      await lookBoth(office, `full-${book}`, data);
    }
  },

  'cards on paper, ten a sheet': async () => {
    await turn('cards');
    const table = `姓名,村\r\n${Array.from({ length: 13 }, (_, i) => `${people[i % people.length]},${busy.name}`).join('\r\n')}\r\n`;
    await key('cards/file').setInputFiles({ name: '发卡.csv', mimeType: 'text/csv', buffer: Buffer.from(table) });
    await key('cards/issue').click();
    await key('cards/sheet').waitFor();
    const shown = (await office.page.locator('.study-card dd').allInnerTexts()).map(plain);
    const sheets = await paper('cards');
    if (sheets) {
      assert.deepEqual(sheets.size, [595, 842], 'A4');
      assert.equal(sheets.pages.length, 2, 'ten a sheet');
      for (const number of shown) assert.ok(sheets.pages.join('').includes(number), 'numbers and PINs');
    }
  },

  'on a phone': async () => {
    const phone = await Watched.open(`${county}/desk?view=phone`, { view: 'phone', beside: office });
    phone.whole = true;
    await key('log-out', phone).waitFor();
    for (const [page, name, word] of [[`report/${march}`, 'closed', '补报'], [`report/${april}`, 'month', '展开全部'], ['attention', 'attention', told.wish],
      ['records', 'records', '没有收进来的机器'], [bookOf(busy.code, march, 'studies'), 'studies', '远程教育：春耕'],
      [bookOf(busy.code, march, 'equipment'), 'equipment', '机器状况']]) {
      await turn(page, phone);
      await phone.shows(word);
      if (name === 'month') await key('report/open-all', phone).click();
      await lookBoth(phone, `full-${name}`, data);
    }
    await phone.closePage();
    office.check();
  },
}, { onward: false });
