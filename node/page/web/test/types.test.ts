import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';

const { lateUses, program } = await import(`${HERE}/types.mjs`);

test('what the platform got later is told from what is ours', () => {
  const folder = mkdtempSync(join(HERE, 'node_modules', '.late-'));
  try {
    writeFileSync(join(folder, 'x.ts'), `
      interface Mine { at: number; replaceChildren(): void; seek: number }
      export function f(mine: Mine, e: HTMLElement, d: HTMLDialogElement): number {
        mine.replaceChildren();
        e.querySelector('a');
        e.replaceChildren();
        d.showModal();
        return mine.at + mine.seek;
      }`);
    const late: string[] = lateUses(program(folder), folder);
    assert.deepEqual(late.map((text) => text.replace(/ is not.*/, '')), ['x.ts:6: ParentNode.replaceChildren', 'x.ts:7: HTMLDialogElement.showModal']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a text that lacks a language, a key or a value does not compile', () => {
  const folder = mkdtempSync(join(HERE, 'node_modules', '.words-'));
  try {
    writeFileSync(join(folder, 'x.ts'), `
      import { words } from '../../src/lib/i18n';
      const t = words({ yes: { zh: '是', en: 'Yes' }, n: { zh: '{n} 课', en: ['{n} lesson', '{n} lessons'] } });
      export const good = [t('yes'), t('n', { n: 1 })];
      words({ no: { zh: '否' } });
      t('maybe');
      t('n');
      t('n', { m: 1 });`);
    const lines = ts.getPreEmitDiagnostics(program(folder))
      .filter((d: ts.Diagnostic) => d.file?.fileName.startsWith(folder))
      .map((d: ts.Diagnostic) => d.file!.getLineAndCharacterOfPosition(d.start!).line + 1);
    assert.deepEqual(lines, [5, 6, 7, 8]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
