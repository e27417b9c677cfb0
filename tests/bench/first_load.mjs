// Walked by first_load.py: opens pages on a slowed down processor, and tells when
// their lessons could be seen.
import { browser, facts, nodes, until, VIEWS } from '../browser/lib.mjs';

// Run in the page: the time when so many lessons have been painted, and when the
// pictures in view are there.
function watch(cards) {
  const painted = (then) => requestAnimationFrame(() => setTimeout(then, 0));
  const look = () => {
    const all = document.querySelectorAll('.card .title');
    if (!globalThis.shown && all.length >= cards) {
      globalThis.shown = -1;
      painted(() => { globalThis.shown = performance.now(); });
    }
    const inView = Array.from(document.querySelectorAll('.card img')).filter((e) => {
      const box = e.getBoundingClientRect();
      return box.top < innerHeight && box.left < innerWidth;
    });
    if (globalThis.shown > 0 && inView.every((e) => e.complete)) painted(() => { globalThis.pictures = performance.now(); });
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

for (let round = 0; round < facts.rounds; round++)
  for (const [page, url] of Object.entries(facts.pages)) {
    const context = await browser.newContext({ viewport: VIEWS.tv, locale: 'zh-CN' });
    const tab = await context.newPage();
    const cdp = await context.newCDPSession(tab);
    // Of the main thread: what it used of a processor, whoever else wants it.
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: facts.slower });
    await tab.addInitScript(watch, facts.cards);
    await tab.goto(url);
    await until(() => tab.evaluate(() => globalThis.pictures > 0), `${page} shows its lessons`);
    const { metrics } = await cdp.send('Performance.getMetrics');
    const times = await tab.evaluate(() => [globalThis.shown, globalThis.pictures]);
    await nodes.took({ page, shown_ms: times[0], pictures_ms: times[1], task_ms: metrics.find((one) => one.name === 'TaskDuration').value * 1000 });
    await context.close();
  }
await browser.close();
process.exit(0);
