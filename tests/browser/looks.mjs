// What is looked at on every page: accessibility, texts that do not fit, texts
// that are in no or the wrong language.
import { createRequire } from 'node:module';
import { assert, until } from './lib.mjs';

const axe = createRequire(import.meta.url)('axe-core').source;

// axe-core finds nothing serious.
async function accessible(it) {
  if (!(await it.page.evaluate(() => 'axe' in globalThis))) await it.page.evaluate(axe);
  const found = await it.page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const bad = found.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map((one) => `${one.impact} ${one.id}: ${one.help}\n    ${one.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 200)} ${n.failureSummary}`).join('\n    ')}`);
  assert.deepEqual(bad, [], 'axe-core');
}

// No text is wider than its box, none lies outside the screen, none is cut off
// by a box that does not scroll. (A title may end in an ellipsis after its
// lines: that is seen.)
function overflowing() {
  const said = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth + 1) said.push(`the page is ${root.scrollWidth} wide on ${innerWidth}`);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    if (!text.data.trim()) continue;
    let box = text.parentElement;
    if (!box || box.closest('.visually-hidden, script, style, noscript, [aria-hidden="true"] .letters')) continue;
    if (box.getClientRects().length === 0 || getComputedStyle(box).visibility === 'hidden') continue;
    while (box && getComputedStyle(box).display.startsWith('inline') && getComputedStyle(box).display !== 'inline-block') box = box.parentElement;
    if (!box) continue;
    if (box.getBoundingClientRect().width <= 1) continue; // for ears only
    const style = getComputedStyle(box);
    const what = `'${text.data.trim().slice(0, 40)}' in ${box.tagName.toLowerCase()}.${box.className}`;
    if (box.scrollWidth > box.clientWidth + 1 && box.clientWidth > 0 && !/auto|scroll/.test(style.overflowX))
      said.push(`${what}: ${box.scrollWidth} wide in ${box.clientWidth}`);
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const rect of range.getClientRects()) {
      for (let up = box; up && up !== document.body; up = up.parentElement) {
        const of = getComputedStyle(up);
        if (/auto|scroll/.test(of.overflowX)) break; // scrolls with the focus
        const around = up.getBoundingClientRect();
        // Text beyond a box that should hold it is cut off, or lies on its neighbour.
        if (of.display !== 'contents' && !of.display.startsWith('inline') && (rect.right > around.right + 2 || rect.left < around.left - 2))
          said.push(`${what}: beyond ${up.tagName.toLowerCase()}.${up.className}`);
        if (up.parentElement === document.body && (rect.right > innerWidth + 1 || rect.left < -1)) said.push(`${what}: outside the screen`);
      }
    }
  }
  return Array.from(new Set(said));
}

function texts() {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const on = text.parentElement;
    if (!on || !text.data.trim() || on.closest('script, style, noscript, [lang]:not(html), .letters, .cues, pre, code')) continue;
    found.push(text.data.trim());
  }
  for (const on of document.querySelectorAll('[aria-label], [placeholder], [title]'))
    for (const name of ['aria-label', 'placeholder', 'title'])
      if (on.getAttribute(name) && !on.closest('[lang]:not(html)')) found.push(on.getAttribute(name));
  return found;
}

// Every text is in the language of the page, but for what people wrote
// (`data`: titles, topics, names), and none lacks a part.
async function inOneLanguage(it, data) {
  const wanted = it.lang === 'zh' ? 'zh-CN' : 'en';
  assert.equal(await it.page.evaluate(() => document.documentElement.lang), wanted, 'the language of the page');
  const own = [...data].sort((a, b) => b.length - a.length);
  const bad = [];
  for (const text of await it.page.evaluate(texts)) {
    let rest = text;
    for (const one of own) rest = rest.split(one).join(' ');
    if (/undefined|NaN|\[object|\{\w+\}|null/.test(rest)) bad.push(`lacks a part: ${text}`);
    if (it.lang === 'en' && /\p{Script=Han}/u.test(rest)) bad.push(`not English: ${text}`);
    if (it.lang === 'zh' && /[A-Za-z]{4,}/.test(rest.replace(/https?:\S+|xiangtu|\d+(\.\d+){3}\S*/g, ''))) bad.push(`not Chinese: ${text}`);
  }
  assert.deepEqual(bad, [], 'texts');
}

export async function look(it, name, data = []) {
  const bad = await it.page.evaluate(overflowing);
  await it.picture(name);
  assert.deepEqual(bad, [], `${name}, ${it.view}, ${it.lang}: texts that do not fit`);
  await inOneLanguage(it, data);
  if (it.lang === 'zh') await accessible(it); // the same in the other language
  it.check();
}

// The same in both languages; what was said in passing has gone before.
export async function lookBoth(it, name, data = []) {
  for (let n = 0; n < 2; n++) {
    await until(async () => (await it.page.locator('.toast').count()) === 0, 'nothing is said in passing');
    await look(it, name, data);
    await it.turnLanguage();
  }
}
