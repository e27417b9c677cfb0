// Makes the golden files of this folder from docs/drive.md alone: Node's
// standard library, none of our C.
//
//   node make.mjs          writes good/ and refuse/
//   node make.mjs --check  compares them with what is there
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const files = new Map();
const good = (name, text) => files.set(`good/${name}`, Buffer.from(text));
const refuse = (name, text) => files.set(`refuse/${name}`, Buffer.from(text));
const hex = (text) => crypto.createHash('sha256').update(text).digest('hex');

// ---- place files
const head = 'xiangtu-place/v1\n';
const folder = 'folder 乡土课件/产业/养殖/黑山羊/黑山羊春季防疫\n';
const parts = 'parts 4227858432\n';
const poster = 'poster 黑山羊春季防疫.jpg\n';
const lesson = 'lesson 3 zixing.example/431081/lessons#k3f9w2aa\n';
good('place', head + folder + parts + poster + lesson);
good('place-plain', head + folder);
good('place-later-keys', `${head}made by a later version\n${folder}`
  + `colour red\n${parts}size 12 34\n${poster}${lesson}end of it\n`);

const places = {
  'empty': '',
  'header-only': head,
  'other-header': head.replace('v1', 'v2') + folder,
  'no-folder': head + parts + poster,
  'folder-last': head + parts + folder,
  'poster-before-parts': head + folder + poster + parts,
  'folder-twice': head + folder + folder,
  'parts-twice': head + folder + parts + parts,
  'no-newline': head + folder.trimEnd(),
  'empty-line': `${head}\n${folder}`,
  'carriage-return': (head + folder).replaceAll('\n', '\r\n'),
  'zero-byte': head + folder.replace('产业', '产\0业'),
  'not-utf8': Buffer.concat([Buffer.from(head + folder), Buffer.from(
    [0x61, 0x20, 0xff, 0x0a])]),
  'word-alone': `${head}${folder}colour\n`,
  'capital-key': `${head}${folder}Colour red\n`,
  'key-empty': `${head}${folder} red\n`,
  'value-empty': `${head}${folder}colour \n`,
  'hidden-character': `${head}${folder}colour \u202ered\n`,
  'too-long': `${head}${folder}${'colour red\n'.repeat(400)}`,
  'elsewhere': `${head}folder Documents/a\n`,
  'system': `${head}folder .xiangtu/part\n`,
  'absolute': `${head}folder /乡土课件/a\n`,
  'only-top': `${head}folder 乡土课件\n`,
  'only-top-slash': `${head}folder 乡土课件/\n`,
  'other-top': `${head}folder 乡土课件2/a\n`,
  'parent': `${head}folder 乡土课件/../.xiangtu\n`,
  'parent-last': `${head}folder 乡土课件/..\n`,
  'dot': `${head}folder 乡土课件/./a\n`,
  'two-slashes': `${head}folder 乡土课件//a\n`,
  'slash-last': `${head}folder 乡土课件/a/\n`,
  'backslash': `${head}folder 乡土课件/a\\b\n`,
  'colon': `${head}folder 乡土课件/a:b\n`,
  'dot-last': `${head}folder 乡土课件/a.\n`,
  'space-last': `${head}folder 乡土课件/a \n`,
  'reserved': `${head}folder 乡土课件/NUL.txt\n`,
  'long-name': `${head}folder 乡土课件/${'a'.repeat(241)}\n`,
  'long-part-name': `${head}folder 乡土课件/${'a'.repeat(240)}.001\n`,
  'long-folder': `${head}folder 乡土课件${`/${'a'.repeat(199)}`.repeat(6)}\n`,
  'deep': `${head}folder 乡土课件${'/a'.repeat(10)}\n`,
  'parts-zero': `${head}${folder}parts 0\n`,
  'parts-odd': `${head}${folder}parts 4227858433\n`,
  'parts-piece': `${head}${folder}parts 33554432\n`,
  'parts-leading-zero': `${head}${folder}parts 04227858432\n`,
  'parts-sign': `${head}${folder}parts +4227858432\n`,
  'parts-text': `${head}${folder}parts many\n`,
  'parts-large': `${head}${folder}parts 18446744073642442752\n`,
  'poster-path': `${head}${folder}poster a/b.jpg\n`,
  'poster-parent': `${head}${folder}poster ..\n`,
  'poster-long': `${head}${folder}poster ${'a'.repeat(241)}\n`,
  'lesson-before-poster': head + folder + lesson + poster,
  'lesson-twice': head + folder + lesson + lesson,
  'lesson-alone': `${head}${folder}lesson 3\n`,
  'lesson-no-id': `${head}${folder}lesson 3 \n`,
  'lesson-no-revision': `${head}${folder}lesson a.example/l#k3f9w2aa\n`,
  'lesson-revision-zero': head + folder + lesson.replace('3', '0'),
  'lesson-revision-large': head + folder + lesson.replace('3', '2147483648'),
  'lesson-revision-sign': head + folder + lesson.replace('3', '-3'),
  'lesson-space': head + folder + lesson.replace('#', ' '),
  'lesson-long': head + folder + lesson.replace('#', 'a'.repeat(200)),
};
for (const [name, text] of Object.entries(places))
  refuse(`place-${name}`, text);

// ---- a list; nothing in one is refused, other lines are passed over
good('list', ['a', 'b', 'c'].map((name) => `${hex(name)}\n`).join(''));
good('list-with-others', [hex('a'), '', hex('x').toUpperCase(),
  `${hex('x')}\r`, ` ${hex('x')}`, `${hex('x')}0`, hex('x').slice(1), '#',
  hex('b'), hex('c')].map((line) => `${line}\n`).join('') + hex('x'));

// ---- routes
const route = 'xiangtu-route/v1\n';
good('route', `${route}stop 431081101203 滁口镇 罗围村\n`
  + 'stop 431081102\nstop 431081 Zixing\n');
good('route-empty', route);
good('route-later-keys', `${route}day 2026-08-01\n`
  + 'stop 431081101203 滁口镇 罗围村\nstop 431081102\nby bus\n'
  + 'stop 431081 Zixing\n');

const routes = {
  'empty': '',
  'other-header': 'xiangtu-route/v2\nstop 431081 a\n',
  'place': head + folder,
  'no-newline': `${route}stop 431081 a`,
  'region-five': `${route}stop 43108 a\n`,
  'region-letters': `${route}stop 43108a a\n`,
  'region-long': `${route}stop 431081101203456 a\n`,
  'region-none': `${route}stop  a\n`,
  'space-last': `${route}stop 431081 \n`,
  'stop-alone': `${route}stop\n`,
  'name-long': `${route}stop 431081 ${'a'.repeat(121)}\n`,
  'name-hidden': `${route}stop 431081 a\u200bb\n`,
  'name-escape': `${route}stop 431081 \u001b[31mred\n`,
  'empty-line': `${route}\nstop 431081 a\n`,
  'stops-257': route + 'stop 431081\n'.repeat(257),
  'too-long': route + 'by bus\n'.repeat(10000),
};
for (const [name, text] of Object.entries(routes))
  refuse(`route-${name}`, text);

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
