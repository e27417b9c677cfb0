// Build the pages: node build.mjs --out DIR
//
// DIR then holds index.html (the station's screen), desk.html (the desks),
// ui/<name>-<hash>.<kind> that they load, each beside its .gz, and
// manifest.json, which names every file for the program that embeds them:
//
//   {"files":[{"file":"ui/station-AB.js","url":"/ui/station-AB.js","type":"text/javascript; charset=utf-8",
//              "immutable":true,"bytes":n,"gzip":n}…],
//    "pages":{"/":{"first":["index.html",…],"gzip":n}, "/desk":{…}}}
//
// `first` is what a page loads before it shows anything. The build fails when
// the files use what browsers of 2018 lack, or when a page has grown too large
// (check.mjs).
import { build } from 'esbuild';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { check } from './check.mjs';
import { pdfFiles } from './pdf-files.mjs';

const here = dirname(fileURLToPath(import.meta.url));

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.bcmap': 'application/octet-stream',
  '.webmanifest': 'application/manifest+json',
};

// A page is an entry of the bundle and the HTML around it.
const PAGES = [
  { url: '/', html: 'index.html', entry: 'src/station/main.tsx' },
  { url: '/desk', html: 'desk.html', entry: 'src/desk/main.tsx' },
];

async function bundle(out) {
  return build({
    absWorkingDir: here,
    entryPoints: { station: 'src/station/main.tsx', desk: 'src/desk/main.tsx', icon: 'src/icon.svg' },
    outdir: out,
    bundle: true,
    splitting: true,
    format: 'esm',
    minify: true,
    target: ['chrome70', 'safari12'],
    // Safari has had it since 8; a corner of it that was wrong until 14.1 makes
    // esbuild, which cannot lower it, refuse it altogether.
    supported: { destructuring: true },
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.svg': 'copy' },
    entryNames: 'ui/[name]-[hash]',
    chunkNames: 'ui/[name]-[hash]',
    assetNames: 'ui/[name]-[hash]',
    charset: 'utf8',
    legalComments: 'none',
    plugins: [pdfFiles],
    define: { 'process.env.NODE_ENV': '"production"' },
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
}

// What an output loads at once: itself, its style, what it imports statically.
function firstLoad(outputs, name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  const output = outputs[name];
  if (output.cssBundle) seen.add(output.cssBundle);
  for (const next of output.imports)
    if (next.kind === 'import-statement' && !next.external) firstLoad(outputs, next.path, seen);
  return seen;
}

function page(made, { html, entry }) {
  const outputs = made.outputs;
  const [name] = Object.entries(outputs).find(([, o]) => o.entryPoint === entry && o.inputs[entry]);
  const files = [...firstLoad(outputs, name)];
  const style = files.filter((f) => f.endsWith('.css')).map((f) => `<link rel="stylesheet" href="/${f}">`);
  const early = files.filter((f) => f.endsWith('.js') && f !== name).map((f) => `<link rel="modulepreload" href="/${f}">`);
  const icon = Object.keys(outputs).find((f) => f.startsWith('ui/icon-'));
  const text = readFileSync(join(here, 'src', html), 'utf8')
    .replace('<!-- style -->', style.join(''))
    .replace('<!-- icon -->', `<link rel="icon" href="/${icon}" type="image/svg+xml">`)
    .replace('<!-- script -->', `${early.join('')}<script type="module" src="/${name}"></script>`);
  return { text, files: [html, ...files] };
}

// Paths in esbuild's metafile are relative to `here`; make them relative to `out`.
function relative(metafile, out) {
  const prefix = resolve(out) + '/';
  const short = (path) => (resolve(here, path).startsWith(prefix) ? resolve(here, path).slice(prefix.length) : path);
  const outputs = {};
  for (const [path, o] of Object.entries(metafile.outputs))
    outputs[short(path)] = {
      ...o,
      ...(o.cssBundle ? { cssBundle: short(o.cssBundle) } : {}),
      imports: o.imports.map((i) => ({ ...i, path: short(i.path) })),
    };
  return { outputs };
}

// What two entries share of nothing but styles becomes an empty script, which
// is not worth asking for.
function dropEmpty(files, outputs) {
  for (const [name, bytes] of files) {
    if (bytes.length > 0 || !/^ui\/chunk-.*\.js$/.test(name)) continue;
    files.delete(name);
    delete outputs[name];
    const asked = `import"./${name.slice('ui/'.length)}";`;
    for (const [other, text] of files)
      if (other.endsWith('.js')) files.set(other, Buffer.from(text.toString().replaceAll(asked, '')));
    for (const o of Object.values(outputs)) o.imports = o.imports.filter((i) => i.path !== name);
  }
}

export async function make(out) {
  out = resolve(out);
  const made = await bundle(out); // says itself what is wrong
  const files = new Map(made.outputFiles.map((f) => [f.path.slice(out.length + 1), Buffer.from(f.contents)]));
  const meta = relative(made.metafile, out);
  // An entry that is only copied leaves an empty script behind.
  for (const [name, o] of Object.entries(meta.outputs))
    if (o.entryPoint === 'src/icon.svg' && name.endsWith('.js')) files.delete(name);
  dropEmpty(files, meta.outputs);
  const pages = {};
  for (const one of PAGES) {
    const { text, files: first } = page(meta, one);
    files.set(one.html, Buffer.from(text));
    pages[one.url] = { first };
  }
  const packed = new Map([...files].map(([name, bytes]) => [name, gzipSync(bytes, { level: 9 })]));
  for (const one of Object.values(pages)) one.gzip = one.first.reduce((n, f) => n + packed.get(f).length, 0);
  const manifest = {
    files: [...files.keys()].sort().map((name) => ({
      file: name,
      url: PAGES.find((p) => p.html === name)?.url ?? `/${name}`,
      type: TYPES[extname(name)],
      immutable: name.startsWith('ui/'),
      bytes: files.get(name).length,
      gzip: packed.get(name).length,
    })),
    pages,
  };
  rmSync(join(out, 'ui'), { recursive: true, force: true });
  mkdirSync(join(out, 'ui'), { recursive: true });
  for (const [name, bytes] of files) {
    writeFileSync(join(out, name), bytes);
    writeFileSync(join(out, `${name}.gz`), packed.get(name));
  }
  writeFileSync(join(out, 'manifest.json'), JSON.stringify(manifest, null, 1) + '\n');
  return manifest;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--out');
  if (at < 0 || !process.argv[at + 1]) {
    console.error('usage: node build.mjs --out DIR');
    process.exit(2);
  }
  const out = process.argv[at + 1];
  const manifest = await make(out).catch(() => process.exit(1));
  for (const [url, one] of Object.entries(manifest.pages))
    console.log(`${url}: ${(one.gzip / 1024).toFixed(1)} KiB compressed in ${one.first.length} files`);
  const complaints = check(out);
  for (const text of complaints) console.error(text);
  process.exit(complaints.length ? 1 : 0);
}
