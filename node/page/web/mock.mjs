// Try the desks without a node: node mock.mjs [PORT], after a build into dist/.
// PIN 7193, password lingjiao-2026. test/mock/ has what it says.
import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const made = mkdtempSync(join(here, 'node_modules', '.mock-'));
await build({ absWorkingDir: here, entryPoints: ['test/mock/server.ts'], outdir: made, outExtension: { '.js': '.mjs' }, bundle: true, platform: 'node', format: 'esm', logLevel: 'warning' });
const { mock } = await import(join(made, 'server.mjs'));
rmSync(made, { recursive: true });
const port = Number(process.argv[2] ?? 8900);
const secrets = process.env.NO_PIN ? { A: false, B: false, office: false } : undefined;
mock({ dist: join(here, 'dist'), port, secrets });
console.log(`http://127.0.0.1:${port}/desk`);
