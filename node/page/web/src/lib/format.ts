// Sizes, lengths, dates and ages in words, in the language shown.
import { language, words, type Language } from './i18n';

const t = words({
  now: { zh: '刚刚', en: 'just now' },
  minutes: { zh: '{n} 分钟前', en: ['{n} minute ago', '{n} minutes ago'] },
  hours: { zh: '{n} 小时前', en: ['{n} hour ago', '{n} hours ago'] },
  days: { zh: '{n} 天前', en: ['{n} day ago', '{n} days ago'] },
  never: { zh: '从未', en: 'never' },
  lastSeconds: { zh: '{n} 秒', en: '{n} s' },
  lastMinutes: { zh: '{n} 分钟', en: '{n} min' },
  lastHours: { zh: '{h} 小时 {m} 分', en: '{h} h {m} min' },
  lastDays: { zh: '{n} 天', en: ['{n} day', '{n} days'] },
  date: { zh: '{y}年{m}月{d}日', en: '{d} {month} {y}' },
});

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

// 1536 -> "1.5 KB"; by 1024, as the program's command line says sizes.
export function size(bytes: number): string {
  let n = Math.max(0, bytes);
  let unit = 0;
  while (n >= 1023.5 && unit < UNITS.length - 1) {
    n /= 1024;
    unit++;
  }
  return `${unit === 0 || n >= 99.95 ? Math.round(n) : Number(n.toFixed(1))} ${UNITS[unit]}`;
}

export const rate = (bytesPerSecond: number) => `${size(bytesPerSecond)}/s`;

const two = (n: number) => (n < 10 ? `0${n}` : `${n}`);

// 75 -> "1:15", 3675 -> "1:01:15": a place in a film
export function clock(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds || 0));
  const h = Math.floor(s / 3600);
  const m = Math.floor(s / 60) % 60;
  return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

// How long it lasts: "21 分钟", "1 h 5 min"
export function lasting(seconds: number): string {
  const s = Math.max(0, Math.round(seconds || 0));
  if (s < 60) return t('lastSeconds', { n: s });
  if (s < 3570) return t('lastMinutes', { n: Math.round(s / 60) });
  const m = Math.round(s / 60);
  if (m < 2 * 24 * 60) return t('lastHours', { h: Math.floor(m / 60), m: m % 60 });
  return t('lastDays', { n: Math.round(m / 60 / 24) });
}

// "2024-03-05" -> "2024年3月5日", "5 Mar 2024"; what is no date stays as it is
export function date(iso: string): string {
  const match = /^(\d{4})-(\d\d)-(\d\d)/.exec(iso);
  if (!match) return iso;
  const [, y, m, d] = match.map(Number) as [number, number, number, number];
  return t('date', { y, m, d, month: MONTHS[m - 1] ?? '' });
}

// How long ago, from seconds: "3 小时前"
export function ago(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || seconds < 0) return t('never');
  if (seconds < 60) return t('now');
  if (seconds < 3600) return t('minutes', { n: Math.floor(seconds / 60) });
  if (seconds < 48 * 3600) return t('hours', { n: Math.floor(seconds / 3600) });
  return t('days', { n: Math.floor(seconds / 86400) });
}

// 0.426 -> "42%"; 100% only when all is there
export const percent = (share: number) => `${share >= 1 ? 100 : Math.max(0, Math.min(99, Math.floor(share * 100)))}%`;

export const number = (n: number, to: Language = language.get()) =>
  n.toLocaleString(to === 'zh' ? 'zh-CN' : 'en');
