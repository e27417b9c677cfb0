// Files of pdf.js that are fetched as they are, only where a handout is read:
// its worker, and the tables by which Chinese fonts without tables of their own
// are read. In the source each is an address:
//
//   import worker from 'pdfjs-dist/legacy/build/pdf.worker.min.js';
//   import tables from 'pdf-tables';   // { 'GBK-EUC-H': address … }
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'node_modules/pdfjs-dist/cmaps');
// What the worker takes for granted and browsers of 2018 lack; the page has the
// same from src/station/read/older.ts.
const OLDER = 'Promise.allSettled=Promise.allSettled||function(a){return Promise.all(Array.from(a,function(p){return Promise.resolve(p).then('
  + 'function(v){return{status:"fulfilled",value:v}},function(e){return{status:"rejected",reason:e}})}))};'
  + 'String.prototype.replaceAll=String.prototype.replaceAll||String.prototype.replace;\n'; // its one use has a global pattern
const CHINESE = /^(UniGB|GB|Adobe-GB1-UCS2).*\.bcmap$/;

export const pdfFiles = {
  name: 'pdf-files',
  setup(build) {
    build.onLoad({ filter: /pdf\.worker\.min\.js$/ }, ({ path }) => ({ contents: OLDER + readFileSync(path, 'utf8'), loader: 'file' }));
    build.onLoad({ filter: /\.bcmap$/ }, ({ path }) => ({ contents: readFileSync(path), loader: 'file' }));
    build.onResolve({ filter: /^pdf-tables$/ }, () => ({ path: 'pdf-tables', namespace: 'pdf-tables' }));
    build.onLoad({ filter: /.*/, namespace: 'pdf-tables' }, () => {
      const names = readdirSync(folder).filter((name) => CHINESE.test(name));
      return {
        contents: names.map((name, i) => `import t${i} from ${JSON.stringify(join(folder, name))};`).join('\n')
          + `\nexport default {${names.map((name, i) => `${JSON.stringify(name.replace('.bcmap', ''))}:t${i}`).join(',')}};`,
        resolveDir: folder,
      };
    });
  },
};
