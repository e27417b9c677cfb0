// Turn the built pages into C: node embed.mjs DIR FILE.c
//
// DIR is what node/page/web/build.mjs has made, with its manifest.json; FILE.c
// fills the table of node/page/page_files.h.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [dir, to] = process.argv.slice(2);
if (!to) {
  console.error('usage: node embed.mjs DIR FILE.c');
  process.exit(2);
}

// Three octal digits for what is no plain letter: no digit behind it is taken
// for a part of it. Lines of 96 bytes, which compilers read faster than numbers.
function literal(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 96) {
    let line = '';
    for (const byte of bytes.subarray(at, at + 96))
      line += /[A-Za-z0-9 =;:,.(){}\/]/.test(String.fromCharCode(byte))
        ? String.fromCharCode(byte)
        : '\\' + byte.toString(8).padStart(3, '0');
    lines.push(`\t"${line}"`);
  }
  return lines.length ? lines.join('\n') : '\t""';
}

const { files } = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8'));
let data = '';
let table = '';
files.forEach(({ file, url, type, immutable }, i) => {
  const plain = readFileSync(join(dir, file));
  const gzip = readFileSync(join(dir, `${file}.gz`));
  const small = gzip.length < plain.length;
  const etag = createHash('sha256').update(plain).digest('hex').slice(0, 16);
  data += `static const char plain_${i}[] =\n${literal(plain)};\n`;
  if (small) data += `static const char gzip_${i}[] =\n${literal(gzip)};\n`;
  const run = (name) => `{ (const uint8_t *)${name}_${i}, sizeof(${name}_${i}) - 1 }`;
  table += `\t{ ${JSON.stringify(url)}, ${JSON.stringify(type)}, "${etag}", ${!!immutable},\n` +
    `\t  ${run('plain')}, ${small ? run('gzip') : '{ NULL, 0 }'} },\n`;
});
writeFileSync(to, `/* Made by node/page/embed.mjs. */
#include "node/page/page_files.h"

${data}
const struct page_file page_files[] = {
${table}};
const size_t page_files_count = sizeof(page_files) / sizeof(*page_files);
`);
