// Walked by 08-handout.py.
import { Watched, assert, facts, tell, until } from './lib.mjs';
import { look } from './looks.mjs';

const { station, lesson, colours, data } = facts;
const address = `${station}/?view=tv#/lesson/${encodeURIComponent(lesson)}`;

// What is drawn: the colour in the middle of the page, how much of the strip
// with the text is dark, and how wide it is of its place.
const seen = (it) => it.page.evaluate(() => {
  const reader = document.querySelector('.reader');
  const canvas = reader?.querySelector('canvas');
  if (!canvas) return null;
  const of = canvas.getContext('2d');
  const at = (x, y, w, h) => of.getImageData(canvas.width * x, canvas.height * y, Math.max(1, canvas.width * w), Math.max(1, canvas.height * h)).data;
  const strip = at(0.08, 0.1, 0.6, 0.08);
  let dark = 0;
  for (let i = 0; i < strip.length; i += 4) dark += strip[i] < 80 && strip[i + 3] > 200 ? 1 : 0;
  const sheet = reader.querySelector('.sheet');
  return {
    page: Number(reader.dataset.page), middle: Array.from(at(0.5, 0.5, 0, 0)).slice(0, 3), dark: dark / (strip.length / 4),
    wide: canvas.getBoundingClientRect().width / sheet.clientWidth, down: sheet.scrollTop,
    focused: document.activeElement === reader,
  };
});
const near = (a, b) => a.every((one, i) => Math.abs(one - b[i]) <= 3);
const showsPage = (it, n) => until(async () => {
  const now = await seen(it);
  return now?.page === n && near(now.middle, colours[n - 1]) && now.dark > 0.01 && now;
}, `page ${n} is seen`, 30).catch(async (e) => { throw new Error(`${e.message}; ${JSON.stringify(await seen(it))}`); });

async function goToFile(it, name) {
  await it.page.locator(`[data-key$="${name}"]`).focus({ timeout: 15_000 });
  await it.focusIsSeen();
}

await tell({
  'pages are turned with the remote control': async () => {
    const it = await Watched.open(address);
    const asked = [];
    it.page.on('request', (request) => asked.push(request.url()));
    await goToFile(it, '讲义.pdf');
    assert.deepEqual(asked.filter((url) => /pdf[-.]/.test(url)), [], 'nothing is fetched for PDFs before one is opened');
    await it.press('Enter');
    const whole = await showsPage(it, 1);
    assert.ok(whole.focused && whole.wide < 0.9, 'it is seen whole');
    const ring = await it.page.evaluate(() => getComputedStyle(document.querySelector('.reader .sheet')).outlineWidth);
    assert.ok(parseFloat(ring) >= 2, 'the focus is seen');
    await look(it, 'handout', data);
    await it.press('ArrowRight');
    await showsPage(it, 2);
    assert.ok(asked.some((url) => url.includes('GBK-EUC-H')), 'the table of a Chinese font comes from the node');
    assert.ok(asked.every((url) => url.startsWith(station) || url.startsWith('blob:')), 'and nothing from elsewhere');
    await it.press('ArrowRight');
    await showsPage(it, 3);
    await it.press('ArrowRight');
    await it.press('ArrowLeft');
    await showsPage(it, 2);
    await it.press('ArrowUp');
    await showsPage(it, 1);
    await it.press('Enter');
    await until(async () => (await seen(it)).wide > 0.97, 'OK makes it as wide as the screen');
    await it.press('ArrowDown');
    await until(async () => (await seen(it)).down > 100, 'down goes through it');
    await until(async () => {
      await it.press('ArrowDown');
      return (await seen(it)).page === 2;
    }, 'and on to the next page');
    await it.press('Escape');
    await until(async () => (await it.page.locator('.reader').count()) === 0, 'Back leads out');
    assert.match(await it.focus(), /讲义\.pdf$/);
    await it.at(/#\/lesson\//);
    await it.close();
  },

  'a picture, and a mouse': async () => {
    const it = await Watched.open(address);
    await goToFile(it, '图.png');
    await it.press('Enter');
    await until(async () => near((await seen(it))?.middle ?? [0, 0, 0], [20, 120, 200]), 'the picture is seen');
    await it.page.getByRole('button', { name: '返回' }).last().click();
    await until(async () => (await it.page.locator('.reader').count()) === 0, 'it is closed');
    await goToFile(it, '讲义.pdf');
    await it.press('Enter');
    await showsPage(it, 1);
    await it.page.getByRole('button', { name: '下一页' }).click();
    await showsPage(it, 2);
    await it.close();
  },

  'what cannot be shown here is for a phone': async () => {
    for (const [name, said] of [['说明.docx', '讲义请用手机看'], ['坏的.pdf', '这里打不开']]) {
      const it = await Watched.open(address);
      await goToFile(it, name);
      await it.press('Enter');
      await until(async () => (await it.page.locator('[role=dialog]').innerText()).includes(said), name, 30);
      await it.close();
    }
  },

  'both languages, a tube and a small TV': async () => {
    for (const view of ['tv', 'tube', 'tv720'])
      for (const lang of ['zh', 'en']) {
        const it = await Watched.open(address, { view, lang });
        await goToFile(it, '讲义.pdf');
        await it.press('Enter');
        await showsPage(it, 1);
        await look(it, 'handout', data);
        await it.close();
      }
  },
});
