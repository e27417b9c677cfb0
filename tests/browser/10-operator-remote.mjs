// Walked by 10-operator-remote.py.
import { PAGES, openDesk, opens } from './desk.mjs';
import { assert, facts, nodes, tell, until } from './lib.mjs';
import { look } from './looks.mjs';

const { goat, data } = facts;
const ARROWS = ['ArrowDown', 'ArrowUp', 'ArrowRight', 'ArrowLeft'];

// Run in the page. Each control gets a number that stays with it; what is on the
// screen can be told by what it says.
function number() {
  globalThis.numbers ??= 0;
  const all = Array.from(document.querySelectorAll('a[href], button, input, select, textarea, [tabindex]')).filter((e) =>
    !e.disabled && e.tabIndex >= 0 && e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden');
  for (const e of all) e.dataset.walk ??= String(++globalThis.numbers);
  return all.map((e) => [e.dataset.walk, e.getAttribute('data-key') ?? (e.getAttribute('aria-label') || e.textContent).trim().slice(0, 30)]);
}

// From where the focus is, every control is reached by arrows alone: each arrow
// is tried once from each that was reached. What the node tells meanwhile may bring
// other controls and take some away: those that stay count.
async function walkThrough(it, what) {
  const controls = async () => new Map(await it.page.evaluate(number));
  const here = async () => {
    await controls(); // one that has just come has a number, too
    return it.page.evaluate(() => document.activeElement?.dataset.walk ?? '');
  };
  await until(here, `${what}: a control has the focus`);
  const first = await here();
  const names = await controls();
  const reached = new Set([first]);
  const left = [first];
  const unreached = () => Array.from(names.keys()).filter((n) => !reached.has(n));
  while (left.length > 0 && unreached().length > 0) {
    const from = left.pop();
    for (const arrow of ARROWS) {
      await it.page.evaluate((n) => document.querySelector(`[data-walk="${n}"]`)?.focus(), from);
      await it.press(arrow);
      let to = await here();
      if (!to) { // found anew with the next frame
        await it.drawn();
        to = await here();
      }
      assert.ok(to, `${what}: ${arrow} from ${names.get(from) ?? 'one that came later'} loses the focus`);
      if (reached.has(to)) continue;
      await it.focusIsSeen();
      reached.add(to);
      left.push(to);
    }
  }
  const stayed = await controls();
  assert.deepEqual(unreached().filter((n) => stayed.has(n)).map((n) => names.get(n)), [], `${what}: not reached by arrows`);
  return names.size;
}

// Press one arrow until the control has the focus.
async function arrowTo(it, key, arrow, most = 40) {
  for (let n = 0; n < most && (await it.focus()) !== key; n++) await it.press(arrow);
  assert.equal(await it.focus(), key, `${arrow} leads to ${key}`);
}

await tell({
  'every control of every page, on a TV and on a tube': async () => {
    for (const view of ['tv', 'tube']) {
      const it = await openDesk('home', { view });
      let controls = 0;
      for (const page of PAGES) {
        // By its place in the menu, as somebody with a remote control comes there.
        if (view === 'tube') {
          await it.page.locator('[data-key=menu]').focus();
          await it.press('Enter');
          await opens(it, 'menu');
          if (page === 'home') controls += await walkThrough(it, 'the menu of a tube');
        }
        await it.page.locator(`[data-key="menu/${page}"]`).focus();
        await it.press('Enter');
        await opens(it, page);
        await it.live();
        controls += await walkThrough(it, `${page}, ${view}`);
      }
      console.log(`   ${view}: ${controls} controls`);
      await it.close();
    }
  },

  'a rule for the line, by arrows and OK': async () => {
    const it = await openDesk('limits', { view: 'tv' });
    await it.page.locator('[data-key="menu/limits"]').focus();
    await it.press('ArrowRight');
    await arrowTo(it, 'rule/1/down', 'ArrowDown', 60);
    await it.press('Enter');
    await it.page.locator('[role=dialog]').waitFor();
    await look(it, 'desk-choose', data);
    await it.press('Escape'); // Back: as it was
    await it.focusIs('rule/1/down');
    await it.press('Enter');
    await it.page.locator('[role=dialog]').waitFor();
    const text = () => it.page.evaluate(() => document.activeElement.textContent);
    for (let n = 0; n < 20 && !/^1 兆/.test(await text()); n++) await it.press('ArrowUp');
    assert.match(await text(), /^1 兆/);
    await it.press('Enter');
    await it.focusIs('rule/1/down');
    await arrowTo(it, 'limits/save', 'ArrowUp', 60);
    await it.focusIsSeen();
    await it.press('Enter');
    await until(async () => /^limit = \* 22:00-06:00 down 1M$/m.test(await nodes.conf()), 'it is in node.conf', 20);
    await it.page.locator('[data-key="limits/save"]').waitFor({ state: 'detached' });
    await it.focusIsSeen(); // what had it has gone
    await it.close();
  },

  'a lesson is found by its letters, and kept': async () => {
    const it = await openDesk('lessons', { view: 'tv' });
    await it.page.locator('[data-key="menu/lessons"]').focus();
    await it.press('ArrowRight');
    for (const letter of 'hsy') {
      await it.page.locator(`[data-key="letter/${letter}"]`).focus();
      await it.press('Enter');
    }
    await until(async () => (await it.page.locator('[data-key^="pin/"]').count()) === 1, 'one fits', 30);
    await arrowTo(it, `pin/${goat}`, 'ArrowDown');
    await it.press('Enter');
    await until(async () => (await nodes.lesson(goat)).pinned, 'it is kept', 20);
    await it.focusIs(`pin/${goat}`); // where it was
    await look(it, 'desk-found', [...data, 'hsy']);
    await it.close();
  },

  'Back leads to where one came from': async () => {
    const it = await openDesk('home', { view: 'tv' });
    await it.page.locator('[data-key="menu/home"]').focus();
    await it.press('ArrowRight');
    await arrowTo(it, 'tile/drives', 'ArrowDown');
    await it.press('ArrowRight');
    await it.focusIs('tile/storage');
    await it.press('Enter');
    await opens(it, 'storage');
    await it.press('Escape');
    await opens(it, 'home');
    await it.focusIs('tile/storage');
    await look(it, 'desk-overview', data);
    await it.close();
  },
});
