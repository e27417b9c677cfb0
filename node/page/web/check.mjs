// Would the built files run in a browser of 2018? node check.mjs DIR
//
// Set-top boxes and old phones have Chrome 70 or Safari 12 inside and will
// never have another. The syntax is esbuild's business and is parsed again
// here; what esbuild does not know are the objects, methods, properties and
// selectors a browser lacks. They are looked up in MDN's tables
// (@mdn/browser-compat-data) by name: a name is complained about when every
// thing of that name came later than our browsers. Names that our own source
// gives to its own things are left to types.mjs, which knows what is whose.
// Names that only exist where the page has asked for them first stand in
// ASKED_FIRST.
import bcd from '@mdn/browser-compat-data' with { type: 'json' };
import { parse } from 'acorn';
import { full } from 'acorn-walk';
import { parse as parseStyle, walk } from 'css-tree';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

// Each on a table or in a hand: one of the two must have it (touch, say).
const BROWSERS = [[['chrome', 'chrome_android'], 70], [['safari', 'safari_ios'], 12]];
const FIRST_LOAD_KIB = { '/': 150, '/desk': 200 };

// name -> where the page asks whether it is there, or why it is something else
export const ASKED_FIRST = {
  wakeLock: 'player/wake.ts asks for navigator.wakeLock',
  requestFullscreen: 'player/Controls.tsx asks for it',
  exitFullscreen: 'player/Controls.tsx asks for fullscreenElement',
  fullscreenElement: 'is undefined where it is missing',
  queueMicrotask: 'uPlot asks whether it is there',
  margin: 'an option of qrcode-generator',
  marginLeft: 'of CSSStyleDeclaration, which the tables list by other names',
  marginTop: 'of CSSStyleDeclaration',
  opacity: 'of CSSStyleDeclaration',
  format: 'a private name of uPlot',
  dataTransfer: 'desk/office/Files.tsx asks for it; a file can be chosen, too',
  moveBefore: 'Preact asks whether it is there',
};

// What a browser that lacks it passes over, and the page is as good without.
const PASSED_OVER = ['@media (prefers-reduced-motion)', 'scroll-behavior', 'scroll-behavior: auto', 'color-scheme', 'overscroll-behavior',
  'overscroll-behavior: contain', 'scrollbar-width', 'scrollbar-width: none', 'scrollbar-width: thin',
  'touch-action', 'touch-action: none', 'touch-action: pan-x', 'touch-action: pan-y', 'user-select'];

// Is it in all our browsers? Null where the tables do not know.
function supported(compat) {
  if (!compat?.support) return null;
  return BROWSERS.every(([kinds, version]) => {
    const rows = kinds.flatMap((kind) => compat.support[kind] ?? []);
    return rows.some((row) => !row.flags && !row.prefix && !row.alternative_name
      && typeof row.version_added === 'string'
      && parseFloat(row.version_added.replace('≤', '')) <= version
      && (typeof row.version_removed !== 'string' || parseFloat(row.version_removed) > version));
  });
}

// name -> true when something of that name is old enough
function names() {
  const globals = new Map();
  const members = new Map();
  const note = (map, name, compat) => {
    const known = supported(compat);
    if (known !== null) map.set(name, (map.get(name) ?? false) || known);
  };
  for (const table of [bcd.api, bcd.javascript.builtins])
    for (const [thing, inside] of Object.entries(table)) {
      note(globals, thing, inside.__compat);
      for (const [member, row] of Object.entries(inside)) {
        if (member === '__compat') continue;
        const name = member.replace(/_static$|_event$/, '');
        note(members, name, row.__compat);
        if (thing === 'Window' || thing === 'globals') note(globals, name, row.__compat);
      }
    }
  // Names of the language itself and of what the tables do not list.
  for (const old of ['Object', 'Array', 'String', 'length', 'name', 'value']) members.set(old, true);
  return { globals, members };
}

let known;

// For types.mjs: is a member of this interface late? Mixins of the types are
// no interfaces of the tables; then the name alone tells.
export function lateMember(owner, name) {
  known ??= names();
  const table = bcd.api[owner] ?? bcd.javascript.builtins[owner];
  const row = table?.[name] ?? table?.[`${name}_static`];
  return row?.__compat ? supported(row.__compat) === false : !table && known.members.get(name) === false;
}

// What our own source calls its own things.
export function ownNames(folder) {
  const own = new Set();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) ownNames(path).forEach((name) => own.add(name));
    else if (/\.tsx?$/.test(entry.name))
      for (const [, name] of readFileSync(path, 'utf8').matchAll(/\b([A-Za-z]\w*)\??(?=\s*[:,}]|\(.*\)\s*[:{])/g)) own.add(name);
  }
  return own;
}

export function checkScript(text, file, own = new Set()) {
  known ??= names();
  const complaints = [];
  // pdf.js in its build for old browsers brings what they lack, and asks first.
  const asks = /^ui\/pdf[-.]/.test(file);
  let tree;
  try {
    tree = parse(text, { ecmaVersion: 2018, sourceType: 'module', allowImportExportEverywhere: true });
  } catch (error) {
    // import() is of 2020 for acorn, and in both browsers (63, 11.1).
    try {
      tree = parse(text, { ecmaVersion: 2020, sourceType: 'module' });
    } catch {
      return [`${file}: not a script of its time: ${error.message}`];
    }
    full(tree, (node) => {
      if (node.type === 'ChainExpression') complaints.push(`${file}: optional chaining`);
      if (node.type === 'LogicalExpression' && node.operator === '??') complaints.push(`${file}: ??`);
      if (node.type === 'Literal' && node.bigint) complaints.push(`${file}: bigint`);
    });
  }
  if (asks) return complaints;
  const local = new Set();
  full(tree, (node) => {
    if (node.type === 'VariableDeclarator' || node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration')
      if (node.id?.type === 'Identifier') local.add(node.id.name);
    if (node.type === 'ImportSpecifier') local.add(node.local.name);
  });
  const late = new Set();
  full(tree, (node) => {
    if (node.type === 'MemberExpression' && !node.computed && known.members.get(node.property.name) === false)
      late.add(node.property.name);
    // globals as they are called: new Thing(…), Thing.of(…), thing(…)
    const used = node.type === 'MemberExpression' ? node.object
      : node.type === 'NewExpression' || node.type === 'CallExpression' ? node.callee : null;
    if (used?.type === 'Identifier' && !local.has(used.name) && known.globals.get(used.name) === false)
      late.add(used.name);
  });
  for (const name of late)
    if (!(name in ASKED_FIRST) && !own.has(name)) complaints.push(`${file}: ${name} is not in Chrome 70 and Safari 12`);
  return complaints;
}

// What is inside `@supports` has been asked for.
export function checkStyle(text, file) {
  const complaints = new Set();
  const { properties, selectors, types, 'at-rules': atRules } = bcd.css;
  const late = (what, compat) => {
    if (supported(compat) === false && !PASSED_OVER.includes(what)) complaints.add(`${file}: ${what} is not in Chrome 70 and Safari 12`);
  };
  const tree = parseStyle(text, { parseCustomProperty: true, parseRulePrelude: true });
  walk(tree, {
    enter(node) {
      if (this.atrule?.name === 'supports') return;
      // A property said twice in one rule, plainly first, falls back by itself.
      if (node.type === 'Declaration' && !node.property.startsWith('-')) {
        const property = properties[node.property];
        const first = this.rule?.block.children.toArray()
          .find((d) => d.type === 'Declaration' && d.property === node.property);
        late(node.property, property?.__compat);
        if (node.property === 'gap' && this.rule) {
          const flex = this.rule.block.children.toArray().some((d) => d.type === 'Declaration' && d.property === 'display'
            && d.value.children?.first?.name === 'flex');
          if (flex) late('gap in a flex box', properties.gap.flex_context?.__compat);
        }
        if (first === node)
          walk(node.value, (value) => {
            if (value.type === 'Identifier') late(`${node.property}: ${value.name}`, property?.[value.name]?.__compat);
            if (value.type === 'Function')
              late(`${value.name}()`, types[value.name]?.__compat ?? types[`${value.name}()`]?.__compat);
          });
      }
      if (node.type === 'Dimension') {
        const { viewport_percentage_units_dynamic: viewport, container_query_length_units: container } = types.length;
        if (/^[dsl]v/.test(node.unit)) late(`the unit ${node.unit}`, viewport.__compat);
        if (/^cq/.test(node.unit)) late(`the unit ${node.unit}`, container?.__compat);
      }
      if (node.type === 'PseudoClassSelector' || node.type === 'PseudoElementSelector')
        if (!node.name.startsWith('-')) late(`:${node.name}`, selectors[node.name]?.__compat);
      if (node.type === 'Atrule') late(`@${node.name}`, atRules[node.name]?.__compat);
      if (node.type === 'Feature')
        late(`@media (${node.name})`, atRules.media?.[node.name]?.__compat);
    },
  });
  return [...complaints];
}

export function checkPages(manifest) {
  const complaints = [];
  for (const [url, page] of Object.entries(manifest.pages))
    if (page.gzip > FIRST_LOAD_KIB[url] * 1024)
      complaints.push(`${url}: ${Math.ceil(page.gzip / 1024)} KiB compressed before anything shows; at most ${FIRST_LOAD_KIB[url]}`);
  return complaints;
}

// Nothing inline (the policy forbids it), nothing from elsewhere.
export function checkHtml(text, file) {
  const complaints = [];
  if (/<script(?![^>]*\ssrc=)/.test(text)) complaints.push(`${file}: a script inside the page`);
  if (/<style|\sstyle=|\son\w+=/.test(text)) complaints.push(`${file}: a style or a handler inside the page`);
  for (const [, address] of text.matchAll(/(?:src|href)="([^"]*)"/g))
    if (!address.startsWith('/ui/')) complaints.push(`${file}: loads ${address}`);
  return complaints;
}

export function check(dir) {
  const manifest = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8'));
  const complaints = checkPages(manifest);
  const here = dirname(fileURLToPath(import.meta.url));
  const own = ownNames(join(here, 'src'));
  // And a library its things, as its types say.
  ownNames(join(here, 'node_modules/uplot/dist')).forEach((name) => own.add(name));
  for (const { file } of manifest.files) {
    const text = readFileSync(join(dir, file), 'utf8');
    if (file.endsWith('.js')) complaints.push(...checkScript(text, file, own));
    if (file.endsWith('.css')) complaints.push(...checkStyle(text, file));
    if (file.endsWith('.html')) complaints.push(...checkHtml(text, file));
  }
  return complaints;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const complaints = check(process.argv[2] ?? 'dist');
  for (const text of complaints) console.error(text);
  console.log(complaints.length ? `${complaints.length} complaints` : 'the built files keep to their browsers');
  process.exit(complaints.length ? 1 : 0);
}
