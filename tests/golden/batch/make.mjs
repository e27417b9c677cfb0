// Makes the golden files of this folder from docs/formats-records.md alone:
// Node's standard library, none of our C. good/ reads as sealed to the key
// c0ffee11 and found as entry 41 of the log of key.hex; refuse/ does not.
//
//   node make.mjs          writes the files
//   node make.mjs --check  compares them with what is there
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const sha256 = (data) => crypto.createHash('sha256').update(data).digest();
const secret = crypto.createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'),
                      sha256('xiangtu golden station')]),
  format: 'der', type: 'pkcs8' });
const key = crypto.createPublicKey(secret)
  .export({ format: 'der', type: 'spki' }).subarray(-32);
const origin = `xiangtu/records/${key.toString('hex')}`;

function note(text, name = origin) {
  const typed = Buffer.concat([Buffer.from([1]), key]);
  const id = sha256(Buffer.concat([Buffer.from(`${name}\n`), typed]))
    .subarray(0, 4);
  const signature = Buffer.concat([id, crypto.sign(null, Buffer.from(text),
                                                   secret)]);
  return `${text}\n— ${name} ${signature.toString('base64')}\n`;
}

const w = [1793500000, 12, 345, 1790000000, 1];
const items = [
  { k: 'play', id: '0123456789abcdef', w, lesson: 'zixing.example/l#k3f9w2aa',
    rev: 1, as: 'video', on: 'tv', ms: 754000, own: 754000,
    shown: [0, 700, 720, 774], of: 1200, keys: 3, flags: [] },
  { k: 'study', id: '00112233445566ff', v: 2, w, heads: 23,
    names: ['张三', '李四'], cards: [], lessons: [], note: '讨论了剪枝\n都说好',
    ms: 754000, own: 754000, parts: 1, flags: ['interrupted'] },
  { k: 'wish', id: 'ffeeddccbbaa0099', w, text: '缺一课：柑橘 "剪枝"' },
  { k: 'not-known-yet', anything: { deep: [1, 2, { x: null }] } },
];
const head = { v: 1, to: 'c0ffee11', seq: 41, w, part: [1, 1], items };
const batch = (change = {}) =>
  `xiangtu-batch/v1\n${JSON.stringify({ ...head, ...change })}\n`;

const good = {
  'one': note(batch()),
  'empty': note(batch({ items: [] })),
  'parts': note(batch({ part: [4096, 4096] })),
  'unknown-keys': note(batch({ later: { x: 1 }, w: [...w, 7] })),
  'clock-not-set': note(batch({ w: [0, 0, 0, 0, 0] })),
};
const refuse = {
  'another-place': note(batch({ seq: 42 })),
  'another-recipient': note(batch({ to: 'c0ffee12' })),
  'another-name': note(batch(), 'xiangtu/records/another'),
  'changed': note(batch()).replace('"heads":23', '"heads":24'),
  'unsigned': `${batch()}\n`,
  'version': note(batch({ v: 2 })),
  'first-line': note(batch().replace('v1', 'v2')),
  'third-line': note(`${batch()}more\n`),
  'upper-case-id': note(batch({ to: 'C0FFEE11' })),
  'part-0': note(batch({ part: [0, 1] })),
  'part-beyond': note(batch({ part: [2, 1] })),
  'fraction': note(batch({ items: [{ k: 'play', ms: 1.5 }] })),
  'too-large-integer': note(batch({ items: [{ k: 'play', ms: 2 ** 54 }] })),
  'no-kind': note(batch({ items: [{ id: 'x' }] })),
  'kind-in-capitals': note(batch({ items: [{ k: 'Play' }] })),
  'item-is-a-number': note(batch({ items: [1] })),
  'items-missing': note(batch({ items: undefined })),
  'moment-too-short': note(batch({ w: [1, 2, 3, 4] })),
  'moment-negative': note(batch({ w: [-1, 2, 3, 4, 0] })),
  'key-twice': note(batch().replace('"v":1', '"v":1,"v":1')),
  'too-deep': note(batch({ items: [{ k: 'x', a: [[[[[[[[]]]]]]]] }] })),
};

const files = new Map([['key.hex', `${key.toString('hex')}\n`]]);
for (const [name, text] of Object.entries(good)) files.set(`good/${name}`, text);
for (const [name, text] of Object.entries(refuse)) {
  files.set(`refuse/${name}`, text);
}
let bad = 0;
for (const [file, content] of files) {
  const at = path.join(here, file);
  if (process.argv[2] !== '--check') fs.writeFileSync(at, content);
  else if (fs.readFileSync(at, 'utf8') !== content) {
    console.error(`${file} differs`);
    bad = 1;
  }
}
process.exit(bad);
