// Do the types fit, and does the source use only what its browsers have?
// node types.mjs [FOLDER]
//
// What tsc says, and one thing more: each property that the types know as the
// platform's own (lib.dom) is looked up in MDN's tables under its interface.
// check.mjs reads the built files, libraries included, but there only names
// are left: `part.at` of ours and `at` of Array look alike. Here they do not.
import ts from 'typescript';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ASKED_FIRST, lateMember } from './check.mjs';

const here = dirname(fileURLToPath(import.meta.url));

export function program(folder = here) {
  const { config } = ts.readConfigFile(join(here, 'tsconfig.json'), ts.sys.readFile);
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, here);
  const files = folder === here ? parsed.fileNames : ts.sys.readDirectory(folder, ['.ts', '.tsx']);
  return ts.createProgram(files, parsed.options);
}

const platform = (declaration) => /\/lib\.(dom|es)[^/]*\.d\.ts$/.test(declaration.getSourceFile().fileName);

export function lateUses(made, root = here) {
  const checker = made.getTypeChecker();
  const complaints = [];
  const look = (node, name, symbol) => {
    const declaration = symbol?.declarations?.find(platform);
    const owner = declaration?.parent?.name?.text;
    if (!owner || name in ASKED_FIRST || !lateMember(owner, name)) return;
    const file = node.getSourceFile();
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    complaints.push(`${relative(root, file.fileName)}:${line + 1}: ${owner}.${name} is not in Chrome 70 and Safari 12`);
  };
  const visit = (node) => {
    if (ts.isPropertyAccessExpression(node)) look(node, node.name.text, checker.getSymbolAtLocation(node.name));
    ts.forEachChild(node, visit);
  };
  for (const file of made.getSourceFiles())
    if (!file.isDeclarationFile && !/\/test\//.test(file.fileName)) visit(file);
  return complaints;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const made = program();
  const wrong = ts.getPreEmitDiagnostics(made);
  if (wrong.length)
    console.error(ts.formatDiagnosticsWithColorAndContext(wrong, {
      getCurrentDirectory: () => here, getCanonicalFileName: (name) => name, getNewLine: () => '\n',
    }));
  const late = lateUses(made);
  for (const text of late) console.error(text);
  process.exit(wrong.length || late.length ? 1 : 0);
}
