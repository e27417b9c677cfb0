// The minutes of a month by kind, of what the node answers.
import { minutes, type Register } from '../../study/api';

export const KINDS = ['collective', 'personal', 'open', 'hand', 'doubtful'] as const;
export type Kind = (typeof KINDS)[number];

// Milliseconds of a kind: `collective_ms`, or minutes where only these are told.
export function ms(of: Register['minutes'], kind: Kind): number {
  const whole = of[`${kind}_ms`];
  if (typeof whole === 'number') return whole;
  const told = of[`${kind}_minutes`] ?? of[kind];
  return typeof told === 'number' ? told * 60000 : 0;
}

// Added up first, rounded down afterwards; what is doubtful is within the others.
export const total = (of: Register['minutes']) =>
  minutes(KINDS.filter((kind) => kind !== 'doubtful').reduce((n, kind) => n + ms(of, kind), 0));
