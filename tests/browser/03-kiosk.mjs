// Walked by 03-kiosk.py: the browser that the kiosk's script has opened.
import { chromium } from 'playwright-core';
import { assert, facts, tell, until } from './lib.mjs';

await tell({
  'it shows the station\'s screen in Chinese, and a film begins by itself': async () => {
    const kiosk = await chromium.connectOverCDP(facts.debug);
    const pages = kiosk.contexts()[0].pages();
    assert.equal(pages.length, 1, 'one page, and no other');
    // page.evaluate() would count as a press of the viewer's.
    const cdp = await kiosk.contexts()[0].newCDPSession(pages[0]);
    const ask = async (expression) => (await cdp.send('Runtime.evaluate', { expression, returnByValue: true })).result.value;
    await until(async () => (await ask('location.href')).startsWith(facts.county), 'the page is the node\'s');
    await until(() => ask('document.body.innerText.includes("黑山羊春季防疫")'), 'the lesson is shown');
    assert.equal(await ask('document.documentElement.lang'), 'zh-CN');
    await ask(`location.hash = "#/play/" + encodeURIComponent(${JSON.stringify(facts.lesson)}) + "/0"`);
    await until(() => ask('(document.querySelector("video") || {}).currentTime > 1'), 'it plays');
    assert.equal(await ask('navigator.userActivation.hasBeenActive'), false, 'nobody pressed anything');
    await kiosk.close();
  },
});
