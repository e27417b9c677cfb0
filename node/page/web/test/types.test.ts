import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

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
