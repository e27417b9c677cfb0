// Sizes as node.conf has them ("200G", powers of 1024), and as people type them.

export type Unit = 'M' | 'G' | 'T';
export interface Amount { text: string; unit: Unit }

const POWER: Record<string, number> = { '': 0, K: 1, M: 2, G: 3, T: 4 };

export function bytes(conf: string): number | null {
  const match = /^(\d+)([KMGT]?)$/.exec(conf.trim());
  return match ? Number(match[1]) * 1024 ** POWER[match[2]!]! : null;
}

// "1536M" -> 1.5 GB as people would say it; what is no size stays empty.
export function amount(conf: string): Amount {
  const n = bytes(conf);
  if (!n) return { text: '', unit: 'G' };
  const unit: Unit = n >= 1024 ** 4 && n % 1024 ** 4 === 0 ? 'T' : n >= 1024 ** 3 ? 'G' : 'M';
  return { text: String(Number((n / 1024 ** POWER[unit]!).toFixed(2))), unit };
}

// What to write: '' for nothing, null where it is no size.
export function written({ text, unit }: Amount): string | null {
  const said = text.trim().replace(',', '.');
  if (said === '') return '';
  const n = Number(said);
  if (!/^\d+(\.\d+)?$/.test(said) || !(n > 0)) return null;
  if (Number.isInteger(n)) return `${n}${unit}`;
  const below: Record<Unit, string> = { T: 'G', G: 'M', M: 'K' };
  return `${Math.round(n * 1024)}${below[unit]}`;
}
