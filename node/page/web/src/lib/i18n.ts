// Chinese and English, side by side: what is missing in one does not compile.
//
//   const t = words({
//     play: { zh: '播放', en: 'Play' },
//     lessons: { zh: '{n} 课', en: ['{n} lesson', '{n} lessons'] },
//   });
//   t('play'); t('lessons', { n: 3 });
//
// English may be a pair, for one and for more, chosen by `n`. What stands in
// braces must be handed in; the types say so. A component that shows texts
// calls useLanguage() or stands below one that does (the root does).
import { store, useStore } from './store';

export type Language = 'zh' | 'en';
export interface Text { readonly zh: string; readonly en: string | readonly [string, string] }

type Names<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type All<T extends Text> = Names<T['zh']> | Names<T['en'] extends string ? T['en'] : T['en'][number]>;
type Values<T extends Text> = [All<T>] extends [never] ? [] : [Record<All<T>, string | number>];

const KEPT = 'xt.lang';

export function choose(kept: string | null, wanted: readonly string[]): Language {
  if (kept === 'zh' || kept === 'en') return kept;
  const first = wanted.find((tag) => /^(zh|en)\b/i.test(tag));
  return first && /^zh/i.test(first) ? 'zh' : 'en';
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // a browser that keeps nothing
  }
}

const browser = typeof navigator === 'undefined' ? [] : navigator.languages ?? [navigator.language];
export const language = store<Language>(choose(typeof localStorage === 'undefined' ? null : kept(), browser));

export function setLanguage(to: Language): void {
  try {
    localStorage.setItem(KEPT, to);
  } catch {
    // then it holds until the page is closed
  }
  show(to);
  language.set(to);
}

function show(to: Language): void {
  if (typeof document !== 'undefined') document.documentElement.lang = to === 'zh' ? 'zh-CN' : 'en';
}
show(language.get());

export const useLanguage = () => useStore(language);

export function fill(text: Text, to: Language, values: Record<string, string | number> = {}): string {
  const said = to === 'zh' ? text.zh : typeof text.en === 'string' ? text.en : text.en[values.n === 1 ? 0 : 1];
  return said.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

export function words<const D extends Record<string, Text>>(dictionary: D) {
  const t = <K extends keyof D>(key: K, ...values: Values<D[K]>): string =>
    fill(dictionary[key]!, language.get(), values[0] as Record<string, string | number> | undefined);
  t.has = (key: string): key is keyof D & string => Object.prototype.hasOwnProperty.call(dictionary, key);
  t.dictionary = dictionary;
  return t;
}
