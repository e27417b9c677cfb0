// Makes the golden files of this folder, from docs/formats-trust.md and the
// C2SP specifications alone: Node's standard library, none of our C. What the
// C reads here was thus written by somebody else.
//
//   node make.mjs          writes good/ and refuse/
//   node make.mjs --check  compares them with what is there
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const files = new Map();
const sha256 = (...parts) => {
  const hash = crypto.createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

// ---- keys: the seed of a key is SHA-256("xiangtu golden <seed name>")
const der = { ed: '302e020100300506032b657004220420',
              x: '302e020100300506032b656e04220420' };
function makeKey(name, type = 1, seedName = name) {
  const seed = sha256(`xiangtu golden ${seedName}`);
  const secret = crypto.createPrivateKey({
    key: Buffer.concat([Buffer.from(type === 255 ? der.x : der.ed, 'hex'),
                        seed]),
    format: 'der', type: 'pkcs8' });
  const bytes = crypto.createPublicKey(secret)
    .export({ format: 'der', type: 'spki' }).subarray(-32);
  const tag = type === 255 ? 'xiangtu-x25519' : '';
  const encoded = Buffer.concat([Buffer.from([type]), Buffer.from(tag), bytes]);
  const id = sha256(name, '\n', encoded).subarray(0, 4);
  return { name, id, vkey: `${name}+${id.toString('hex')}+` +
             encoded.toString('base64'),
           sign: (message) => crypto.sign(null, Buffer.from(message), secret) };
}
const line = (name, bytes) => `— ${name} ${bytes.toString('base64')}\n`;
const sig = (key, text) =>
  line(key.name, Buffer.concat([key.id, key.sign(text)]));
const note = (text, ...keys) =>
  text + '\n' + keys.map((key) => sig(key, text)).join('');
function cosig(key, text, time) {
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(BigInt(time));
  const signature = key.sign(`cosignature/v1\ntime ${time}\n${text}`);
  return line(key.name, Buffer.concat([key.id, stamp, signature]));
}
const good = (name, content) => files.set(`good/${name}`, Buffer.from(content));
const refuse = (name, content) =>
  files.set(`refuse/${name}`, Buffer.from(content));

// ---- notes, read with the key of alpha
const alpha = makeKey('alpha.example/a');
const beta = makeKey('beta.example/b');
const text = '山里的羊\n\nsecond paragraph\n';
const ours = sig(alpha, text);
const bad = (key) => line(key.name, Buffer.concat([key.id, Buffer.alloc(64)]));
good('note-plain.note', note(text, alpha));
good('note-unknown-lines.note', text + '\n' + bad(beta) + ours +
     line('很长的名字/一二三', Buffer.alloc(3000, 7)) +
     line(alpha.name, Buffer.alloc(68, 1)));
good('note-bad-line-after-good.note', text + '\n' + ours + bad(alpha));
good('note-100-lines.note', text + '\n' + bad(beta).repeat(99) + ours);
good('note-delete-character.note', note('a\x7fb\n', alpha));
good('note-only-newline.note', note('\n', alpha));

refuse('note-crlf.note', note(text, alpha).replace('羊\n', '羊\r\n'));
refuse('note-crlf-all.note', note(text, alpha).replaceAll('\n', '\r\n'));
refuse('note-tab.note', note('a\tb\n', alpha));
refuse('note-nul.note', note('a\0b\n', alpha));
refuse('note-not-utf8.note', Buffer.concat(
  [Buffer.from([0x61, 0xff, 0x0a, 0x0a]), Buffer.from(ours)]));
refuse('note-overlong-utf8.note', Buffer.concat(
  [Buffer.from([0xc0, 0xaf, 0x0a, 0x0a]), Buffer.from(ours)]));
refuse('note-no-final-newline.note', note(text, alpha).slice(0, -1));
refuse('note-hyphen.note', note(text, alpha).replace('— ', '- '));
refuse('note-en-dash.note', note(text, alpha).replace('— ', '– '));
refuse('note-two-spaces.note', note(text, alpha).replace('— ', '—  '));
refuse('note-two-spaces-later.note', note(text, alpha).replace('/a ', '/a  '));
refuse('note-trailing-space.note', note(text, alpha).slice(0, -1) + ' \n');
refuse('note-no-base64.note', text + `\n— ${alpha.name}\n`);
refuse('note-empty-base64.note', text + `\n— ${alpha.name} \n`);
refuse('note-no-empty-line.note', 'one line\n' + ours);
refuse('note-no-signatures.note', text + '\n');
refuse('note-line-after-signatures.note', note(text, alpha) + 'more\n');
refuse('note-empty-line-at-end.note', note(text, alpha) + '\n');
refuse('note-101-lines.note', text + '\n' + bad(beta).repeat(100) + ours);
refuse('note-name-empty.note', text + '\n' + ours +
       line('', Buffer.alloc(68)));
refuse('note-name-plus.note', text + '\n' + ours +
       line('a+b', Buffer.alloc(68)));
refuse('note-name-wide-space.note', text + '\n' + ours +
       line('a\u3000b', Buffer.alloc(68)));
refuse('note-name-no-break-space.note', text + '\n' + ours +
       line('a\u00a0b', Buffer.alloc(68)));
refuse('note-base64-tail-bits.note', text + '\n' + ours +
       '— other AAAAAAB=\n');
refuse('note-base64-no-padding.note', note(text, alpha).replace('=\n', '\n')
       .replace('=\n', '\n'));
refuse('note-base64-url.note', text + '\n' + ours + '— other AAAA__8A\n');
refuse('note-base64-padding-inside.note', text + '\n' + ours +
       '— other ' + 'A'.repeat(1022) + '==' + 'AAAA\n');
refuse('note-four-bytes.note', text + '\n' + ours +
       line('other', Buffer.alloc(4)));
refuse('note-unknown-key.note', note(text, beta));
refuse('note-bad-line-before-good.note', text + '\n' + bad(alpha) + ours);
refuse('note-other-text.note', note(text, alpha).replace('羊', '牛'));
refuse('note-short-signature.note', text + '\n' + line(alpha.name,
       Buffer.concat([alpha.id, alpha.sign(text).subarray(0, 63)])));
refuse('note-long-signature.note', text + '\n' + line(alpha.name,
       Buffer.concat([alpha.id, alpha.sign(text), Buffer.alloc(1)])));

// ---- checkpoints of county.example/lessons
const log = makeKey('county.example/lessons');
const other = makeKey('other.example/lessons');
const w1 = makeKey('witness.example/w1', 4);
const w2 = makeKey('witness.example/w2', 4);
const rootHash = sha256('a root').toString('base64');
const empty = sha256('').toString('base64');
const body = (size, root = rootHash, origin = log.name) =>
  `${origin}\n${size}\n${root}\n`;
good('checkpoint-cosigned.note', note(body(70000), log) +
     cosig(w1, body(70000), 1767139200) + cosig(w2, body(70000), 5));
good('checkpoint-empty.note', note(body(0, empty), log));
good('checkpoint-largest.note', note(body('9223372036854775807'), log));
good('checkpoint-extension.note', note(body(3) + 'x/y extension\n', log));
refuse('checkpoint-leading-zero.note', note(body('07'), log));
refuse('checkpoint-plus.note', note(body('+7'), log));
refuse('checkpoint-negative.note', note(body('-7'), log));
refuse('checkpoint-too-large.note', note(body('9223372036854775808'), log));
refuse('checkpoint-no-size.note', note(body(''), log));
refuse('checkpoint-empty-tree-root.note', note(body(0), log));
refuse('checkpoint-no-root.note', note(`${log.name}\n7\n`, log));
refuse('checkpoint-short-root.note',
       note(body(7, sha256('x').subarray(1).toString('base64')), log));
refuse('checkpoint-root-tail-bits.note',
       note(body(7, rootHash.replace(/.=$/, 'B=')), log));
refuse('checkpoint-empty-extension.note', note(body(7) + '\nx\n', log));
refuse('checkpoint-no-origin.note', note(`\n7\n${rootHash}\n`, log));
refuse('checkpoint-other-origin.note', note(body(7, rootHash, other.name),
                                            other));
refuse('checkpoint-origin-of-another-key.note', note(body(7), other));
refuse('checkpoint-cosigned-only.note',
       body(7) + '\n' + cosig(w1, body(7), 5));
refuse('checkpoint-bad-cosignature.note', note(body(7), log) +
       cosig(w1, body(8), 5));
refuse('checkpoint-other-time.note', note(body(7), log) + cosig(w1, body(7), 5)
       .replace(/\S+\n$/, (b) => {
         const raw = Buffer.from(b, 'base64');
         raw[11] ^= 1;
         return raw.toString('base64') + '\n';
       }));

// ---- roots: 1 is 2 of (r1 r2 r3), 2 is 2 of (r2 r3 r4)
const r = [0, 1, 2, 3, 4, 5].map((i) => makeKey(`root.example/${i}`));
const rootText = (version, threshold, ...keys) =>
  `xiangtu-root/v1\nversion ${version}\nthreshold ${threshold}\n` +
  keys.map((key) => `key ${key.vkey}\n`).join('');
const root1 = rootText(1, 2, r[1], r[2], r[3]);
const root2 = rootText(2, 2, r[2], r[3], r[4]);
good('root-1.note', note(root1, r[1], r[3]));
good('root-2.note', note(root2, r[2], r[3]));
const firsts = {
  'title': root1.replace('/v1', '/v2'),
  'version-zero': rootText(0, 1, r[1]),
  'version-two': rootText(2, 1, r[1]),
  'version-leading-zero': rootText('01', 1, r[1]),
  'threshold-zero': rootText(1, 0, r[1]),
  'threshold-beyond-keys': rootText(1, 2, r[1]),
  'no-keys': rootText(1, 1),
  'key-twice': rootText(1, 1, r[1], r[1]),
  'key-under-two-names': rootText(1, 2, r[1],
                                  makeKey('b', 1, r[1].name)),
  'cosigner-key': rootText(1, 1, r[1], w1),
  'surplus-line': rootText(1, 1, r[1]) + 'expires never\n',
  'surplus-space': rootText(1, 1, r[1]).replace('key ', 'key  '),
  'order': `xiangtu-root/v1\nthreshold 1\nversion 1\nkey ${r[1].vkey}\n`,
  'seventeen-keys': rootText(1, 1, r[1], ...[...Array(16).keys()]
    .map((i) => makeKey(`many.example/${i}`))),
  'wrong-key-id': rootText(1, 1, r[1]).replace('+' + r[1].id.toString('hex'),
                                               '+00000000'),
};
for (const [name, t] of Object.entries(firsts))
  refuse(`root-1-${name}.note`, note(t, r[1]));
refuse('root-1-below-threshold.note', note(root1, r[1]));
refuse('root-1-one-key-twice.note', root1 + '\n' + sig(r[1], root1).repeat(2));
refuse('root-1-one-key-two-names.note', note(root1, r[1],
       makeKey('root.example/2', 1, 'root.example/1')));
refuse('root-1-other-keys.note', note(root1, r[4], r[5]));
refuse('root-2-below-old-threshold.note', note(root2, r[2], r[4]));
refuse('root-2-below-new-threshold.note', note(root2, r[1], r[2]));
refuse('root-2-old-version.note', note(rootText(1, 2, r[2], r[3], r[4]),
                                       r[2], r[3]));
refuse('root-2-gap.note', note(rootText(3, 2, r[2], r[3], r[4]), r[2], r[3]));

// ---- trust under root 2
const box = makeKey('office.example/records', 255);
const trustHead = 'xiangtu-trust/v1\nversion 7\nroot 2\n';
const publisher = `publisher ${log.name} key=${log.vkey} region=431081` +
  ' topic=产业/养殖,健康';
const cutoff = `cutoff old.example/l size=12 root=${rootHash}`;
const trust = (statements, head = trustHead) =>
  note(head + statements.map((s) => s + '\n').join(''), r[2], r[4]);
const spare = makeKey(log.name, 1, 'spare');
good('trust.note', trust([
  `publisher ${log.name} key=${log.vkey} key=${spare.vkey}` +
    ' region=431081,431082101 topic=产业/养殖,健康 entries=100000' +
    ' entry-bytes=4096 lesson-bytes=4000000000 delegate=yes',
  `publisher ${other.name} key=${other.vkey} region=43 topic=*`,
  `recipient region=431081 key=${box.vkey}`,
  `${cutoff} successor=${log.name}`,
  `cutoff gone.example/l size=0 root=${empty}`,
  `witness key=${w1.vkey}`,
  'holiday 春节 a=b',
]));
const ack = makeKey('county.example/ack', 4);
good('trust-ack.note', trust([
  `recipient region=43 key=${box.vkey}`,
  `recipient region=431081 key=${box.vkey} ack=${ack.vkey}`,
]));
good('trust-empty.note', trust([]));
const trusts = {
  'title': [[], trustHead.replace('/v1', '/v2')],
  'version-zero': [[], trustHead.replace('7', '0')],
  'no-root-line': [[], 'xiangtu-trust/v1\nversion 7\n'],
  'publisher-twice': [[publisher, publisher]],
  'publisher-no-key': [[publisher.replace(/ key=\S+/, '')]],
  'publisher-three-keys': [[publisher.replace(' region', ` key=${spare.vkey}` +
    ` key=${makeKey(log.name, 1, 'third').vkey} region`)]],
  'publisher-key-twice': [[publisher.replace(' region',
    ` key=${log.vkey} region`)]],
  'publisher-key-of-another': [[publisher.replace(log.vkey, other.vkey)]],
  'publisher-cosigner-key': [[publisher.replace(log.vkey,
    makeKey(log.name, 4).vkey)]],
  'publisher-no-region': [[publisher.replace(/ region=\S+/, '')]],
  'publisher-region-length': [[publisher.replace('431081', '43108')]],
  'publisher-region-all': [[publisher.replace('431081', '*')]],
  'publisher-region-empty-item': [[publisher.replace('431081', '431081,')]],
  'publisher-no-topic': [[publisher.replace(/ topic=\S+/, '')]],
  'publisher-topic-parent': [[publisher.replace('健康', '../健康')]],
  'publisher-topic-star-among': [[publisher.replace('健康', '*')]],
  'publisher-limit-zero': [[publisher + ' entries=0']],
  'publisher-limit-text': [[publisher + ' entries=many']],
  'publisher-limit-order': [[publisher + ' lesson-bytes=5 entries=5']],
  'publisher-delegate-no': [[publisher + ' delegate=no']],
  'publisher-unknown-field': [[publisher + ' colour=red']],
  'publisher-bad-origin': [[publisher.replace(log.name, 'a#b')]],
  'recipient-ed25519': [[`recipient region=43 key=${alpha.vkey}`]],
  'recipient-twice': [[`recipient region=43 key=${box.vkey}`,
    `recipient region=43 key=${box.vkey}`]],
  'recipient-ack-ed25519': [[
    `recipient region=43 key=${box.vkey} ack=${alpha.vkey}`]],
  'recipient-ack-first': [[
    `recipient region=43 ack=${ack.vkey} key=${box.vkey}`]],
  'recipient-ack-twice': [[`recipient region=43 key=${box.vkey}` +
    ` ack=${ack.vkey} ack=${ack.vkey}`]],
  'recipient-ack-empty': [[`recipient region=43 key=${box.vkey} ack=`]],
  'recipient-unknown-field': [[
    `recipient region=43 key=${box.vkey} ack=${ack.vkey} colour=red`]],
  'cutoff-no-root': [[cutoff.replace(/ root=\S+/, '')]],
  'cutoff-twice': [[cutoff, cutoff]],
  'cutoff-own-successor': [[cutoff + ' successor=old.example/l']],
  'cutoff-empty-tree-root': [[cutoff.replace('size=12', 'size=0')]],
  'witness-ed25519': [[`witness key=${alpha.vkey}`]],
  'witness-twice': [[`witness key=${w1.vkey}`, `witness key=${w1.vkey}`]],
  'empty-line': [['', publisher]],
  'two-spaces': [[publisher.replace(' ', '  ')]],
  'trailing-space': [[publisher + ' ']],
  'capital-statement': [['Holiday today']],
  'hidden-character': [['holiday \u202etoday']],
};
for (const [name, [statements, head]] of Object.entries(trusts))
  refuse(`trust-${name}.note`, trust(statements, head));
refuse('trust-newer-root.note', trust([], trustHead.replace('root 2',
                                                            'root 3')));
refuse('trust-below-threshold.note', note(trustHead, r[2]));
refuse('trust-old-keys.note', note(trustHead, r[1], r[2]));

// ---- write or compare
let wrong = 0;
for (const [name, content] of files) {
  const at = path.join(here, name);
  if (process.argv.includes('--check')) {
    if (!fs.existsSync(at) || !fs.readFileSync(at).equals(content)) {
      console.error(`${name} differs`);
      wrong++;
    }
    continue;
  }
  fs.mkdirSync(path.dirname(at), { recursive: true });
  fs.writeFileSync(at, content);
}
console.log(`${files.size} files, ${wrong} differ`);
process.exit(wrong === 0 ? 0 : 1);
