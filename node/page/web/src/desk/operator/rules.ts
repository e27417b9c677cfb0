// Rules for the line beyond the LAN, as node.conf has them and as the desk
// shows them: "mon-fri 08:00-18:00 down 2M up 500K". What counts when is decided
// by node/budget_rules.c; here the same is drawn and written (their tests share
// the examples). The first rule that fits the day and the hour counts; where
// none fits there is no limit.

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export const RULES_MAX = 16;
export const DAY_MIN = 24 * 60;

// Bits a second; null no limit, 0 nothing goes.
export type Rate = number | null;
export interface Rule {
  days: boolean[]; // Monday first
  from: number; // minutes of the day
  to: number; // less than `from`: over midnight; 1440 the end of the day
  down: Rate;
  up: Rate;
}

const UNITS: Record<string, number> = { '': 1, K: 1e3, M: 1e6, G: 1e9 };

function parseDays(text: string): boolean[] | null {
  const days = DAYS.map(() => text === '*');
  if (text === '*') return days;
  for (const part of text.split(',')) {
    const [one = '', two, more] = part.split('-');
    const from = DAYS.indexOf(one as 'mon');
    const to = two === undefined ? from : DAYS.indexOf(two as 'mon');
    if (from < 0 || to < 0 || more !== undefined) return null;
    for (let day = from; ; day = (day + 1) % 7) { // fri-mon goes on over Sunday
      days[day] = true;
      if (day === to) break;
    }
  }
  return days;
}

export function parseMinute(text: string): number | null {
  const match = /^(\d\d):(\d\d)$/.exec(text);
  const minute = match ? Number(match[1]) * 60 + Number(match[2]) : NaN;
  return match && Number(match[2]) < 60 && minute <= DAY_MIN ? minute : null;
}

export function parseRate(text: string): Rate | undefined {
  if (text === 'max') return null;
  const match = /^(\d+)([KMG]?)$/.exec(text);
  if (!match) return undefined;
  const bits = Number(match[1]) * UNITS[match[2]!]!;
  return bits > 1e12 || (bits > 0 && bits < 1000) ? undefined : bits;
}

// Null: no rule, or one this page does not know.
export function parse(line: string): Rule | null {
  const [days = '', hours = '', ...rates] = line.trim().split(/[ \t]+/);
  const [from = '', to = '', more] = hours.split('-');
  const rule: Rule = { days: parseDays(days) ?? [], from: parseMinute(from) ?? -1, to: parseMinute(to) ?? -1, down: null, up: null };
  if (rule.days.length === 0 || more !== undefined || rule.from < 0 || rule.to < 0 || rule.from >= DAY_MIN || rule.from === rule.to) return null;
  if (rates.length !== 2 && rates.length !== 4) return null;
  const given = new Set<string>();
  for (let i = 0; i < rates.length; i += 2) {
    const way = rates[i]!;
    const rate = parseRate(rates[i + 1]!);
    if ((way !== 'down' && way !== 'up') || given.has(way) || rate === undefined) return null;
    given.add(way);
    rule[way] = rate;
  }
  return rule;
}

// Runs of three and more days are joined; Monday is where weeks begin.
function formatDays(days: readonly boolean[]): string {
  if (days.every(Boolean)) return '*';
  const parts: string[] = [];
  for (let day = 0; day < 7; day++) {
    if (!days[day]) continue;
    let last = day;
    while (last + 1 < 7 && days[last + 1]) last++;
    if (last < day + 2) last = day;
    parts.push(last === day ? DAYS[day]! : `${DAYS[day]}-${DAYS[last]}`);
    day = last;
  }
  return parts.join(',');
}

const two = (n: number) => String(n).padStart(2, '0');
export const formatMinute = (minute: number) => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;

export function formatRate(rate: Rate): string {
  if (rate === null) return 'max';
  for (const unit of ['G', 'M', 'K'])
    if (rate > 0 && rate % UNITS[unit]! === 0) return `${rate / UNITS[unit]!}${unit}`;
  return String(rate);
}

// A way that has no limit is not named, unless neither has one.
export function format({ days, from, to, down, up }: Rule): string {
  const rates = [down !== null || up === null ? `down ${formatRate(down)}` : '', up !== null ? `up ${formatRate(up)}` : ''].filter(Boolean);
  return `${formatDays(days)} ${formatMinute(from)}-${formatMinute(to)} ${rates.join(' ')}`;
}

export const usual = (): Rule => ({ days: DAYS.map((_, i) => i < 5), from: 8 * 60, to: 18 * 60, down: 2e6, up: 5e5 });

export type Problem = 'days' | 'hours' | null;

// What keeps a rule from being written.
export function problem(rule: Rule): Problem {
  if (!rule.days.some(Boolean)) return 'days';
  return rule.from === rule.to ? 'hours' : null;
}

// Which rule counts on a day (0 Monday) at a minute; -1 for none. One that goes
// over midnight belongs to the day it begins on.
export function at(rules: readonly Rule[], day: number, minute: number): number {
  return rules.findIndex(({ days, from, to }) => (to > from
    ? days[day] && minute >= from && minute < to
    : (days[day] && minute >= from) || (days[(day + 6) % 7] && minute < to)));
}

export interface Span { from: number; to: number; rule: number }

// A day as a row of spans, for the picture of the week.
export function day(rules: readonly Rule[], number: number): Span[] {
  const edges = new Set([0, DAY_MIN]);
  for (const rule of rules) {
    edges.add(rule.from);
    edges.add(Math.min(rule.to, DAY_MIN));
  }
  const sorted = Array.from(edges).sort((a, b) => a - b);
  const spans: Span[] = [];
  sorted.slice(0, -1).forEach((from, i) => {
    const rule = at(rules, number, from);
    const last = spans[spans.length - 1];
    if (last && last.rule === rule) last.to = sorted[i + 1]!;
    else spans.push({ from, to: sorted[i + 1]!, rule });
  });
  return spans;
}

// Rules that never count, because earlier ones always fit first.
export function idle(rules: readonly Rule[]): number[] {
  const used = new Set<number>();
  for (let d = 0; d < 7; d++) for (const span of day(rules, d)) used.add(span.rule);
  return rules.map((_, i) => i).filter((i) => !used.has(i));
}
