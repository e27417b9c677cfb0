// What the pages of records say of months, moments, places and marks.
import { date, number } from '../../../lib/format';
import { dayOf, isMonth } from './month';
import { stateOf } from './rows';
import type { Outside, Row, StudyRow, Studied } from './types';
import { t } from './words';

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

export const monthText = (month: string) => (!isMonth(month) ? month
  : t('monthName', { y: Number(month.slice(0, 4)), m: Number(month.slice(5)), name: MONTHS[Number(month.slice(5)) - 1]! }));

export const dayText = (seconds: number) => date(dayOf(seconds));

// "2026-10-03 19:30", or between which days it lies.
export function whenText({ began, lo, hi }: { began?: string | null; lo?: string | null; hi?: string | null }): string {
  if (began) return `${date(began)}${/ \d\d:\d\d/.exec(began)?.[0] ?? ''}`;
  return lo && hi ? t('between', { lo: date(lo), hi: date(hi) }) : t('dateUncertain');
}

export const nameOf = (row: Pick<Row, 'name' | 'code' | 'region'>) => row.name || row.code || row.region || t('elsewhere');

// In words whether a station reached the norm, or was not heard from, and since when.
export function stateText(row: Row): string {
  const state = stateOf(row);
  if (state !== 'silent') return t(`state_${state}`);
  if (row.heard_s) return t('silentSince', { date: dayText(row.heard_s) });
  return row.heard_s === null ? t('silentNever') : t('state_silent');
}

export const STATE_KIND = { reached: 'ok', below: '', zero: 'warn', silent: 'bad' } as const;

export const signed = (n: number) => (n > 0 ? `+${number(n)}` : n < 0 ? `−${number(-n)}` : '0');

const titleOf = (lesson: Studied | string) => (typeof lesson === 'string' ? lesson : lesson.title || lesson.id);

export function outsideText(outside: Outside): string {
  const key = `outside_${outside.kind}` as 'outside_disc';
  return t(t.has(key) ? key : 'outside_other', { title: outside.title, n: outside.minutes });
}

// The lessons of a study, and what was not of the catalog.
export const contentOf = (study: StudyRow): string[] =>
  (study.lessons ?? []).map(titleOf).concat(study.outside ? [outsideText(study.outside)] : []);

// Who took part, by name or by the end of the card.
export const whoOf = (study: StudyRow): string[] =>
  (study.names ?? []).concat((study.cards ?? []).map((card) => card.name || t('cardOf', { tail: card.tail })));

// A word of the node in ours, or as it came.
export const word = (prefix: string, of: string | undefined): string => {
  const key = `${prefix}_${of ?? ''}`;
  return t.has(key) ? t(key as 'eq_good') : of ?? '';
};
