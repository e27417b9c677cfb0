// Makes the golden files of this folder from docs/formats-neighbourhood.md
// alone: Node's standard library, none of our C.
//
//   node make.mjs          writes the files
//   node make.mjs --check  compares them with what is there
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const sha256 = (data) => crypto.createHash('sha256').update(data).digest();
const seed = sha256('xiangtu golden node');
const secret = crypto.createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'),
                      seed]),
  format: 'der', type: 'pkcs8' });
const key = crypto.createPublicKey(secret)
  .export({ format: 'der', type: 'spki' }).subarray(-32);
const sign = (message) => crypto.sign(null, message, secret);

const le = (value, size) => {
  const b = Buffer.alloc(8);
  b.writeBigUInt64LE(BigInt(value));
  return b.subarray(0, size);
};

// ---- announcement
const origins = ['zixing.example/431081/lessons', 'zixing.example/tangdong'];
const roots = origins.map((origin) => sha256(`root of ${origin}`));
const sizes = [100234, 7];
const region = Buffer.from('431081101203');
function announcement(extension = Buffer.alloc(0)) {
  const body = Buffer.concat([
    Buffer.from('xtan'), le(1, 1), le(0, 1), le(2, 2),
    sha256('root 1').subarray(0, 8), key, Buffer.alloc(8, 0x42),
    le(3, 4), le(70000, 4), le(7433, 2), le(7434, 2),
    le(41, 4), le(7, 4), le(1, 4),
    le(region.length, 1), region,
    le(origins.length, 1),
    ...origins.map((origin, i) => Buffer.concat([
      sha256(origin).subarray(0, 16), le(sizes[i], 8),
      roots[i].subarray(0, 8)])),
    le(extension.length, 2), extension]);
  return Buffer.concat([
    body, sign(Buffer.concat([Buffer.from('xiangtu-announce/v1\n'), body]))]);
}

// What it is at, after an item of a kind not known yet.
const fetches = [['lesson one', 1 | 2 | 4, 70000], ['lesson two', 8, 3]];
const items = Buffer.concat([
  le(200, 1), le(3, 2), Buffer.from('new'),
  le(1, 1), le(13 * fetches.length, 2),
  ...fetches.map(([lesson, saying, pieces]) => Buffer.concat([
    sha256(lesson).subarray(0, 8), le(saying, 1), le(pieces, 4)]))]);

// ---- statement; the frames are zstd with one raw block of the bytes given
const frame = (...bytes) => Buffer.concat([
  Buffer.from('28b52ffd20', 'hex'), le(bytes.length, 1),
  le(1 | bytes.length << 3, 3), Buffer.from(bytes)]);
const name = `node-${key.toString('hex').slice(0, 16)}`;
const typed = Buffer.concat([Buffer.from([1]), key]);
const id = sha256(Buffer.concat([Buffer.from(`${name}\n`), typed]))
  .subarray(0, 4);
const text = `xiangtu-node/v1
node ${name}+${id.toString('hex')}+${typed.toString('base64')}
instance ${'42'.repeat(8)}
boot 3
seq 41
level station
region ${region}
name 唐洞街道 罗围站
swarm 7434
room 120000000000
version 0.1.0
trust 7
root 1
group 党校
url http://192.168.3.9:7433
log ${origins[0]} ${sizes[0]} ${roots[0].toString('base64')}
log ${origins[1]} ${sizes[1]} ${roots[1].toString('base64')}
want ${origins[0]} ${frame(0, 0, 0x81).toString('base64')}
have ${origins[1]} ${frame(0x7f).toString('base64')}
due ${origins[0]} 16 2026-08-01
`;
const signature = Buffer.concat([id, sign(Buffer.from(text))]);
const note = `${text}\n— ${name} ${signature.toString('base64')}\n`;

const files = new Map([
  ['announcement.bin', announcement()],
  ['announcement-extended.bin', announcement(Buffer.from('of version 1.1'))],
  ['announcement-fetches.bin', announcement(items)],
  ['statement.note', Buffer.from(note)],
]);
let bad = 0;
for (const [file, content] of files) {
  const at = path.join(here, file);
  if (process.argv[2] !== '--check') fs.writeFileSync(at, content);
  else if (!fs.readFileSync(at).equals(content)) {
    console.error(`${file} differs`);
    bad = 1;
  }
}
process.exit(bad);
