import assert from 'node:assert/strict';
import { test } from 'node:test';
const { checkHtml, checkPages, checkScript, checkStyle } = await import(`${HERE}/check.mjs`);

const script = (text: string): string[] => checkScript(text, 'x.js');
const style = (text: string): string[] => checkStyle(text, 'x.css');

test('scripts of their time pass', () => {
  assert.deepEqual(script('const a = [1].map((x) => ({ ...{ x } })); export { a }; import("./b.js");'), []);
  assert.deepEqual(script('fetch("/a").then((r) => r.json()).finally(() => {}); new EventSource("/b");'), []);
});

test('what browsers of 2018 lack in scripts is named', () => {
  for (const late of ['a?.b', 'a ?? b', '10n', 'x.replaceAll("a", "b")', 'x.replaceChildren()', 'new ResizeObserver(f)',
    'Object.fromEntries(x)', 'x.flat; x.at(-1)', 'structuredClone(x)', 'Promise.allSettled(x)', 'd.showModal()'])
    assert.equal(script(late).length, 1, late);
});

test('styles of their time pass', () => {
  assert.deepEqual(style('.a{display:grid;gap:1rem;color:var(--x)} .a:focus{outline:1px solid red}'), []);
  assert.deepEqual(style('@supports (aspect-ratio: 1){.a{aspect-ratio:1}}'), []);
});

test('what browsers of 2018 lack in styles is named', () => {
  for (const late of ['.a{display:flex;gap:1rem}', '.a:focus-visible{color:red}', '.a{aspect-ratio:1}', '.a{inset:0}',
    '.a{width:clamp(1px,2px,3px)}', '.a{width:min(1px,2px)}', '.a:has(b){color:red}', '.a:is(b){color:red}', '.a{height:1dvh}',
    '@layer x{.a{color:red}}', '@container (width){.a{color:red}}'])
    assert.equal(style(late).length, 1, late);
});

test('a page loads from its own node only, has nothing inline, and stays small', () => {
  assert.equal(checkHtml('<script src="https://cdn.example/x.js"></script>', 'x').length, 1);
  assert.equal(checkHtml('<script>1</script>', 'x').length, 1);
  assert.equal(checkHtml('<p style="color:red">', 'x').length, 1);
  assert.deepEqual(checkHtml('<script type="module" src="/ui/a.js"></script>', 'x'), []);
  assert.equal(checkPages({ pages: { '/': { gzip: 150 * 1024 + 1 } } }).length, 1);
  assert.deepEqual(checkPages({ pages: { '/': { gzip: 150 * 1024 } } }), []);
});
