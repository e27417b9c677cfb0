// Walked by 08-handout.py.
import { Watched, assert, facts, nodes, tell, until } from './lib.mjs';
import { look } from './looks.mjs';

const { station, phone, lesson, booklet, colours, data } = facts;
const address = `${station}/?view=tv#/lesson/${encodeURIComponent(lesson)}`;
const onPhone = (id) => `${phone}/#/lesson/${encodeURIComponent(id)}`;

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
    wide: canvas.getBoundingClientRect().width / sheet.clientWidth, down: sheet.scrollTop, dots: canvas.width * canvas.height,
    drawn: document.querySelectorAll('.reader canvas').length,
    focused: document.activeElement === reader,
  };
});
const near = (a, b) => a.every((one, i) => Math.abs(one - b[i]) <= 3);
const showsPage = (it, n) => until(async () => {
  const now = await seen(it);
  return now?.page === n && near(now.middle, colours[n - 1]) && now.dark > 0.01 && now;
}, `page ${n} is seen`, 30).catch(async (e) => { throw new Error(`${e.message}; ${JSON.stringify(await seen(it))}`); });

async function goToFile(it, name) {
  await it.page.locator(`[data-key^="file/"][data-key$="${name}"]`).focus();
  await it.focusIsSeen();
}

// Fingers, as the browser is told of them; each is a way of places.
async function fingers(it, ...ways) {
  it.touch ??= await it.context.newCDPSession(it.page);
  const tell = (type, points) => it.touch.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  const at = (share) => ways.map(([[x0, y0], [x1, y1]]) => [x0 + (x1 - x0) * share, y0 + (y1 - y0) * share]);
  await tell('touchStart', at(0));
  for (const share of [0.25, 0.5, 0.75, 1]) await tell('touchMove', at(share));
  await tell('touchEnd', []);
}
const swipe = (it, from, to) => fingers(it, [[from, 300], [to, 305]]);
const width = (it) => it.page.evaluate(() => document.querySelector('.reader canvas').getBoundingClientRect().width);
const file = (it, name) => it.page.locator(`[data-key^="file/"][data-key$="${name}"]`);
const openPdf = async (it, name = '讲义.pdf') => {
  await file(it, name).tap();
  return showsPage(it, 1);
};

// What Chrome 70 has not.
const OLD = `delete Promise.allSettled; delete String.prototype.replaceAll; delete Array.prototype.at; delete String.prototype.at;
  delete Object.hasOwn; delete globalThis.structuredClone; delete globalThis.OffscreenCanvas;
  delete Object.getPrototypeOf(Int8Array).prototype.at; delete Object.fromEntries; delete Array.prototype.flat; delete globalThis.AggregateError;\n`;

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
    await until(async () => /讲义\.pdf$/.test(await it.focus()), 'the focus is where it was');
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

  'on a phone without a card, by fingers; what is read counts': async () => {
    const it = await Watched.open(onPhone(lesson), { view: 'phone' });
    const counted = [];
    const asked = [];
    it.page.on('request', (request) => asked.push(request.url()));
    it.page.on('response', async (response) => {
      if (response.url().endsWith('/api/study/play'))
        counted.push({ ...response.request().postDataJSON(), counted: await response.json().catch(() => null) });
    });
    await file(it, '讲义.pdf').waitFor();
    assert.deepEqual(asked.filter((url) => /pdf[-.]/.test(url)), [], 'nothing is fetched for PDFs before one is opened');
    await look(it, 'handouts-phone', data);
    const first = await openPdf(it);
    assert.ok(Math.abs(first.wide - 1) < 0.02, 'it is as wide as the screen');
    await look(it, 'handout', data);
    await it.page.waitForTimeout(2500);
    await swipe(it, 300, 60);
    await showsPage(it, 2);
    await it.page.waitForTimeout(2500);
    await swipe(it, 60, 300);
    await showsPage(it, 1);
    const one = await width(it);
    // Two fingers, 80 px apart and then 200.
    await fingers(it, [[140, 300], [80, 300]], [[220, 300], [280, 300]]);
    await until(async () => (await seen(it)).wide > 2.2 && (await seen(it)).drawn === 1, 'two fingers make it larger');
    await it.page.waitForTimeout(500);
    const large = await seen(it);
    assert.ok(large.page === 1 && large.dots <= 3.1e6, `${large.dots} dots`);
    await look(it, 'handout-large', data);
    await swipe(it, 300, 60); // goes through the page
    await it.page.waitForTimeout(300);
    assert.equal((await seen(it)).page, 1);
    for (let n = 0; n < 4 && (await width(it)) > one * 1.02; n++) await it.page.getByRole('button', { name: '缩小' }).tap();
    await until(async () => Math.abs((await width(it)) - one) < 2, 'and a button smaller');
    await it.page.getByRole('button', { name: '下一页' }).tap();
    await showsPage(it, 2);
    await it.page.setViewportSize({ width: 640, height: 360 });
    it.view = 'phone-wide';
    await until(async () => (await width(it)) > 600, 'on its side it is as wide as that');
    await showsPage(it, 2);
    await look(it, 'handout', data);
    await it.page.setViewportSize({ width: 360, height: 640 });
    it.view = 'phone';
    await until(async () => (await width(it)) < 365, 'and upright again');
    const own = await it.opens(() => it.page.locator('[data-key="read/own"]').tap());
    await own.page.close();
    await it.page.goBack();
    await until(async () => (await it.page.locator('.reader').count()) === 0, 'Back closes it');
    await it.at(/#\/lesson\/[^/]+$/);
    await until(() => counted.some((post) => post.end && post.counted), 'its end is told', 20);
    const last = counted.filter((post) => post.counted).pop();
    assert.equal(last.as, 'document');
    assert.equal(last.of, 3);
    assert.ok(last.counted.ms >= 4500, `${last.counted.ms} ms counted`);
    assert.ok(counted.flatMap((post) => post.samples).some((sample) => sample.at === 2), 'both pages');
    // What the page cannot show is a file.
    const word = await file(it, '说明.docx').getAttribute('target');
    assert.equal(word, '_blank');
    await file(it, '坏的.pdf').tap();
    await it.shows('这份讲义在这一页上打不开');
    await look(it, 'handout-failed', data);
    await it.page.getByRole('button', { name: '关闭' }).tap();
    await until(async () => (await it.page.locator('[role=dialog]').count()) === 0, 'it is closed');
    await file(it, '图.png').tap();
    await until(async () => near((await seen(it))?.middle ?? [0, 0, 0], [20, 120, 200]), 'the picture is seen');
    await it.close();
  },

  'of a booklet of 20 MB the pages that are read': async () => {
    const it = await Watched.open(onPhone(booklet), { view: 'phone' });
    await file(it, '大讲义.pdf').waitFor();
    const before = await nodes.came();
    const begun = Date.now();
    await openPdf(it, '大讲义.pdf');
    const came = await nodes.came() - before;
    console.log(`     the first page after ${Date.now() - begun} ms and ${Math.round(came / 1024)} KiB`);
    assert.ok(came < 4e6, `${came} bytes for the first page`);
    await it.page.getByRole('button', { name: '下一页' }).tap();
    await showsPage(it, 2);
    for (let n = 3; n <= 8; n++) {
      await swipe(it, 300, 60);
      await until(async () => (await seen(it))?.page === n, `page ${n}`);
    }
    assert.equal((await seen(it)).drawn, 1, 'one page is kept');
    assert.ok(await nodes.came() - before < 8e6, 'never all of it');
    await it.close();
  },

  'in a browser of 2018': async () => {
    const it = await Watched.open(`${phone}/`, { view: 'phone' });
    await it.context.addInitScript(OLD);
    await it.page.route(/pdf\.worker/, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: OLD + await answer.text() });
    });
    await it.page.goto(onPhone(lesson));
    await it.page.reload();
    await openPdf(it);
    assert.equal(await it.page.evaluate(() => typeof Array.prototype.flat), 'undefined', 'it is one of 2018');
    await swipe(it, 300, 60);
    await showsPage(it, 2);
    await it.page.goBack();
    await until(async () => (await it.page.locator('.reader').count()) === 0, 'it is closed');
    await it.close();
    // Where pdf.js cannot run at all, handouts open as they always did.
    const bare = await Watched.open(`${phone}/`, { view: 'phone', lang: 'en' });
    await bare.context.addInitScript('delete globalThis.ReadableStream');
    await bare.page.goto(onPhone(lesson));
    await bare.page.reload();
    assert.equal(await file(bare, '讲义.pdf').getAttribute('target'), '_blank');
    await bare.close();
  },

  'upright and on its side, in English': async () => {
    const it = await Watched.open(onPhone(lesson), { view: 'phone', lang: 'en' });
    await openPdf(it);
    await look(it, 'handout', data);
    await it.page.setViewportSize({ width: 640, height: 360 });
    it.view = 'phone-wide';
    await until(async () => (await width(it)) > 600, 'on its side it is as wide as that');
    await look(it, 'handout', data);
    await it.close();
    const pc = await Watched.open(onPhone(lesson).replace('/#', '/?view=pc#'), { view: 'pc', lang: 'en' });
    await file(pc, '讲义.pdf').click();
    await showsPage(pc, 1);
    await look(pc, 'handout', data);
    await pc.page.getByRole('button', { name: 'Larger' }).click();
    await until(async () => (await seen(pc)).wide > 0.9, 'a button makes it larger');
    await pc.close();
  },
});
