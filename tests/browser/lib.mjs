// What the walks are written with: one Chromium, pages that are watched for
// every error, keys as of a remote control, pictures.
//
// Whatever the console calls an error, whatever a page throws and does not
// catch, and whatever its Content-Security-Policy stops fails the walk, unless
// the walk said before that it is to be (`page.expect(/…/)`).
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const PATIENCE = 4;
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const heard = async () => JSON.parse((await lines.next()).value);

// `facts` is what the story hands in; nodes.restart('station') asks it to act.
export const facts = await heard();
export const nodes = new Proxy({}, {
  get: (_, name) => async (...words) => {
    process.stdout.write(`${JSON.stringify({ do: name, with: words })}\n`);
    return (await heard()).answer;
  },
});

export const browser = await chromium.launch({
  executablePath: facts.chromium,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--mute-audio'],
});

// Looks until it is so; says what was seen last where it never is. The deadline
// is for a quiet machine; one that is busy with other things gets more.
export async function until(condition, what, quiet = 60) {
  const deadline = Math.max(60, quiet * PATIENCE);
  const end = Date.now() + deadline * 1000;
  let last;
  for (;;) {
    try {
      last = await condition();
      if (last) return last;
    } catch (failure) {
      last = failure;
    }
    if (Date.now() > end) assert.fail(`after ${deadline} s still not: ${what}; last seen: ${last}`);
    await pause(50);
  }
}

export const VIEWS = {
  tv: { width: 1920, height: 1080 },
  tv720: { width: 1280, height: 720 },
  tube: { width: 720, height: 576 },
  phone: { width: 360, height: 640 },
  pc: { width: 1366, height: 768 },
};
const SLOWER = Number(process.env.XIANGTU_SLOWER || 1);
const LOCALES = { zh: 'zh-CN', en: 'en-US' };

// Run in the page: what its live stream tells is counted, and a mark is left
// that goes when the page is loaded anew.
function countEvents() {
  globalThis.told = { desk: 0 };
  const Stream = globalThis.EventSource;
  globalThis.EventSource = class extends Stream {
    constructor(...words) {
      super(...words);
      this.addEventListener('desk', () => { globalThis.told.desk++; });
    }
  };
}

const watched = new Map(); // page -> the Watched it belongs to

export class Watched {
  constructor(context, page, view, lang) {
    Object.assign(this, { context, page, view, lang, faults: [], expected: [], whole: false });
    watched.set(page, this);
    page.setDefaultTimeout(60_000 * PATIENCE);
    page.on('console', (said) => {
      if (said.type() === 'error') this.fault(`console: ${said.text()} ${said.location().url}`);
    });
    page.on('pageerror', (error) => this.fault(`thrown: ${error.stack || error.message || error.name}`));
    page.on('crash', () => this.fault('the page crashed'));
  }

  // `beside`: in the same session of the browser as that one.
  static async open(url, { view = 'tv', lang = 'zh', beside } = {}) {
    const context = beside?.context ?? await browser.newContext({
      viewport: VIEWS[view], locale: LOCALES[lang], hasTouch: view === 'phone', isMobile: view === 'phone', acceptDownloads: true,
    });
    if (!beside) {
      await context.exposeBinding('tellViolation', ({ page }, text) => watched.get(page)?.fault(`CSP: ${text}`));
      await context.addInitScript(() => addEventListener('securitypolicyviolation', (event) =>
        globalThis.tellViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`)));
      await context.addInitScript(countEvents);
    }
    const it = new Watched(context, await context.newPage(), view, lang);
    await it.slowDown();
    if (beside) await it.page.setViewportSize(VIEWS[view]);
    await it.page.goto(url);
    return it;
  }

  // The window that a press opens.
  async opens(press, view = this.view) {
    const [page] = await Promise.all([this.context.waitForEvent('page'), press()]);
    const it = new Watched(this.context, page, view, this.lang);
    await it.slowDown();
    await page.setViewportSize(VIEWS[view]);
    return it;
  }

  // As on a machine that is so many times as slow.
  async slowDown() {
    if (!(SLOWER > 1)) return;
    const hand = await this.context.newCDPSession(this.page);
    await hand.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  }

  // The other language, by the page's own button.
  async turnLanguage() {
    const was = await this.page.evaluate(() => document.documentElement.lang);
    await this.page.evaluate(() => document.querySelector('[data-key=language]').click());
    await until(async () => await this.page.evaluate(() => document.documentElement.lang) !== was, 'the other language');
    this.lang = this.lang === 'zh' ? 'en' : 'zh';
  }

  // A lesson's picture may come after it; letters stand there meanwhile.
  fault(text) {
    if (/status of 404 .*\/blob\/[0-9a-f]{64}$/.test(text)) return;
    if (!this.expected.some((one) => one.test(text))) this.faults.push(text);
  }

  // From now on this is no fault; `check` first, so that nothing before is excused.
  expect(...patterns) {
    this.check();
    this.expected = patterns;
  }

  check() {
    assert.deepEqual(this.faults, [], 'errors of the page');
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  // Wait for so many live pictures of the node, and until the last is drawn.
  async live(count = 1) {
    const before = await this.page.evaluate(() => globalThis.told.desk);
    await until(() => this.page.evaluate((n) => globalThis.told.desk >= n, before + count), 'the node tells how it is', 60);
    await this.drawn();
  }

  // Wait for the first live picture only, if it has not come yet.
  async firstLive() {
    await until(() => this.page.evaluate(() => globalThis.told.desk > 0), 'the node tells how it is', 60);
    await this.drawn();
  }

  drawn() {
    return this.page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
  }

  // Where the focus is: its data-key, and whether it can be seen that it is there.
  focus() {
    return this.page.evaluate(() => {
      const on = document.activeElement;
      if (!on || on === document.body) return '';
      return on.getAttribute('data-key') ?? on.tagName;
    });
  }

  async focusIs(key, deadline = 30) {
    await until(async () => (await this.focus()) === key, `the focus is on ${key}`, deadline)
      .catch(async (e) => { throw new Error(`${e.message}; it is on ${await this.focus()} at ${this.page.url()}`); });
  }

  // What is focused is within the screen, and looks other than without focus;
  // once drawn, for the page finds a lost focus anew with the next frame.
  async focusIsSeen() {
    await this.drawn();
    const seen = await this.page.evaluate(() => {
      const on = document.activeElement;
      const box = on.getBoundingClientRect();
      const style = getComputedStyle(on);
      const ring = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
      return { key: on.getAttribute('data-key'), ring, inside: box.left >= -1 && box.top >= -1 && box.right <= innerWidth + 1 && box.top < innerHeight };
    });
    assert.ok(seen.ring && seen.inside, `the focus is seen: ${JSON.stringify(seen)}`);
  }

  text(selector = 'body') {
    return this.page.locator(selector).first().innerText();
  }

  async shows(text, deadline = 60) {
    await until(async () => (await this.text()).includes(text), `the page says '${text}'`, deadline)
      .catch(async (e) => { throw new Error(`${e.message}; it says\n${await this.text()}`); });
  }

  async at(pattern) {
    await until(() => pattern.test(this.page.url()), `the address is ${pattern}`, 30);
  }

  async picture(name) {
    const folder = facts.screens;
    mkdirSync(folder, { recursive: true });
    if (this.whole) await this.page.evaluate(() => scrollTo(0, 0)); // what stays in view stands at its top
    await this.page.screenshot({ path: join(folder, `${name}.${this.view}.${this.lang}.png`), fullPage: this.whole, animations: 'disabled' });
  }

  async close() {
    this.check();
    await this.context.close();
  }

  async closePage() {
    this.check();
    await this.page.close();
  }
}

// The walk's parts one after the other. What fails is told at once, and the
// others go on, so that one run tells all that is wrong; not where each goes on
// from the one before (`onward: false`).
export async function tell(parts, { onward = true } = {}) {
  let code = 0;
  let n = 0;
  for (const [what, part] of Object.entries(parts)) {
    const begun = Date.now();
    try {
      await part();
      console.log(`ok   ${what} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
    } catch (failure) {
      console.log(`FAIL ${what}\n${failure.stack ?? failure}`);
      for (const context of browser.contexts())
        for (const page of context.pages())
          await page.screenshot({ path: join(facts.screens, `failed-${++n}.png`) }).catch(() => undefined);
      await Promise.all(browser.contexts().map((context) => context.close()));
      code = 1;
      if (!onward) break;
    }
  }
  await browser.close().catch(() => undefined);
  process.exit(code);
}

export { assert, pause };
