// Run the pages' unit tests: node test.mjs [NAME…]
// test/*.test.ts(x) are bundled as the pages are and run by Node's own runner.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pdfFiles } from './pdf-files.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const tests = readdirSync(join(here, 'test'))
  .filter((name) => /\.test\.tsx?$/.test(name) && (!wanted.length || wanted.some((w) => name.includes(w))));
const out = mkdtempSync(join(here, 'node_modules', '.test-'));
try {
  await build({
    absWorkingDir: here,
    entryPoints: tests.map((name) => join('test', name)),
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node18',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.css': 'empty' },
    external: ['typescript', 'canvas'], // canvas: of pdf.js under Node, where nothing is drawn
    plugins: [pdfFiles],
    define: { HERE: JSON.stringify(here) },
    logLevel: 'warning',
  });
  const made = readdirSync(out).filter((name) => name.endsWith('.mjs')).map((name) => join(out, name));
  const run = spawnSync(process.execPath, ['--test', ...made], { stdio: 'inherit' });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
