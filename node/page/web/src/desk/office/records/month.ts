// Months, "2026-10". They go by Beijing time, wherever the browser stands.
const BEIJING_S = 8 * 3600;

const two = (n: number) => (n < 10 ? `0${n}` : `${n}`);

export const isMonth = (text: string) => /^[1-9]\d{3}-(0[1-9]|1[0-2])$/.test(text);

// The month in which a moment lies, seconds since 1970.
export function monthOf(seconds: number): string {
  const day = new Date((seconds + BEIJING_S) * 1000);
  return `${day.getUTCFullYear()}-${two(day.getUTCMonth() + 1)}`;
}

// The day, "2026-10-03".
export function dayOf(seconds: number): string {
  const day = new Date((seconds + BEIJING_S) * 1000);
  return `${day.getUTCFullYear()}-${two(day.getUTCMonth() + 1)}-${two(day.getUTCDate())}`;
}

export function plusMonths(month: string, n: number): string {
  const at = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + n;
  return `${Math.floor(at / 12)}-${two(at % 12 + 1)}`;
}

// What may be chosen: the months that are known, this one and the last, the
// newest first.
export function choices(known: readonly string[], now: string): string[] {
  const all = new Set(known.filter(isMonth).concat(now, plusMonths(now, -1)));
  return Array.from(all).sort().reverse();
}
