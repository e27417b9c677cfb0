// Cards: how a number is written, what a table of people holds, and the list to
// take away.
import { rows } from '../csv';
import type { NewCard } from './types';

// "4711234567" -> "471 123 4567", as signing/cardid.h prints it
export const numberText = (number: string) => number.replace(/^(\d{3})(\d{3})(\d{4})$/, '$1 $2 $3');

export type TableProblem = 'columns' | 'empty';

const PERSON = ['name', '姓名', '名字'];

// How many people a table names; the node reads the file itself and decides.
export function peopleIn(text: string): { n: number } | { problem: TableProblem } {
  const [head, ...all] = rows(text);
  const has = (names: readonly string[]) => head?.cells.some((cell) => names.includes(cell.toLowerCase()));
  if (!head || !has(PERSON)) return { problem: 'columns' };
  return all.length === 0 ? { problem: 'empty' } : { n: all.length };
}

// A cell that office software would take for a formula is text; so is a number
// whose zeros in front it would drop.
export function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

// The node reads it, too, and issues just these cards: `heads` are names of columns it knows.
export function listOf(cards: readonly NewCard[], heads: readonly [person: string, place: string, region: string, number: string, pin: string]): string {
  const lines = cards.map((card) => [card.name, card.place, card.region ?? '', numberText(card.number), `${card.pin.slice(0, 3)} ${card.pin.slice(3)}`].map(cell).join(','));
  return `\ufeff${[heads.map(cell).join(','), ...lines].join('\r\n')}\r\n`;
}

export const CARDS_A_PAGE = 10;

export function pages<T>(all: readonly T[], size = CARDS_A_PAGE): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
