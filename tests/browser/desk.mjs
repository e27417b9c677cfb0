// What every walk at an operator's desk begins with.
import { Watched, facts, until } from './lib.mjs';

export const ENTER = { zh: '进入', en: 'Enter' };

// Every page of an operator (node/page/web/src/desk/pages.ts).
export const PAGES = ['home', 'register', 'ledger', 'arriving', 'lacking', 'drives', 'storage', 'lessons', 'subscriptions', 'limits', 'neighbours', 'trust', 'health'];

export async function logIn(it) {
  await it.page.locator('[data-key="pin/5"]').waitFor();
  await it.drawn(); // it listens
  for (const digit of facts.pin) await it.press(digit);
  await it.page.getByRole('button', { name: ENTER[it.lang], exact: true }).click();
  await until(async () => (await it.page.locator('[data-key=log-out]').count()) > 0, 'logged in');
}

// A page of the desk is drawn. Its address alone does
// not tell: that changes before anything is drawn.
export async function opens(it, page) {
  await until(async () => (await it.page.locator(`main.at-${page}`).count()) > 0
    && !/正在打开|Opening…/.test(await it.text('main')), `${page} is there`);
  await it.drawn();
}

// A page of the desk that shows what the node told of itself. It is the same
// document as before: nothing is loaded anew.
export async function turnTo(it, page) {
  await it.page.evaluate((to) => { location.hash = to; }, `#/${page}`);
  await opens(it, page);
}

export async function openDesk(page, { view = 'pc', lang = 'zh' } = {}) {
  const it = await Watched.open(`${facts.station}/desk?view=${view === 'tube' ? 'tv' : view}`, { view, lang });
  await logIn(it);
  await it.firstLive();
  await turnTo(it, page);
  return it;
}

// What an entry of a list says, or '' while there is none. Keys that begin so
// count: "arriving/".
export const entry = (it, key) => it.page.locator(`[data-key^="${key}"]`).allInnerTexts().then((all) => all.join('\n'));

// "上级网络 1.2 MB": bytes that an entry says came from there.
const UNITS = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };
export function bytesFrom(text, source) {
  const match = new RegExp(`${source} ([\\d.]+) (B|KB|MB|GB)`).exec(text);
  return match ? Number(match[1]) * UNITS[match[2]] : 0;
}

// An entry comes to say so.
export async function says(it, key, pattern, deadline = 60) {
  let last = '';
  await until(async () => pattern.test(last = await entry(it, key)), `${key} says ${pattern}`, deadline)
    .catch((e) => { throw new Error(`${e.message}; it says\n${last}`); });
}
