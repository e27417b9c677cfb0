// How far each film was watched in this browser.
//
// One list in localStorage, `xt.seen`: what was watched last stands first, at
// most 200 films. Where the browser keeps nothing, it holds until the page is
// closed.

export interface Seen { id: string; path: string; part: number; at: number; of: number; when: number }

const KEPT = 'xt.seen';
const MOST = 200;

// Where to go on: not worth it in the first half minute, over at the end.
export function resumeAt(seen: Pick<Seen, 'at' | 'of'> | undefined): number {
  if (!seen || seen.at < 30) return 0;
  return seen.of > 0 && seen.at > seen.of - Math.max(15, Math.min(60, seen.of * 0.03)) ? 0 : seen.at;
}

export function note(list: readonly Seen[], one: Seen): Seen[] {
  return [one, ...list.filter((s) => s.id !== one.id || s.path !== one.path)].slice(0, MOST);
}

// What was begun and not finished in the last two weeks, a lesson once.
export function unfinished(list: readonly Seen[], now: number): Seen[] {
  const ids = new Set<string>();
  return list.filter((s) => {
    if (ids.has(s.id)) return false;
    ids.add(s.id);
    return resumeAt(s) > 0 && now - s.when < 14 * 86400e3;
  });
}

let memory: Seen[] | null = null;

export function load(): Seen[] {
  if (memory) return memory;
  try {
    const list = JSON.parse(localStorage.getItem(KEPT) ?? '[]') as Seen[];
    memory = Array.isArray(list) ? list.filter((s) => s && typeof s.id === 'string' && typeof s.at === 'number') : [];
  } catch {
    memory = [];
  }
  return memory;
}

export function save(one: Seen): void {
  memory = note(load(), one);
  try {
    localStorage.setItem(KEPT, JSON.stringify(memory));
  } catch {
    // full or forbidden: kept in memory
  }
}

export const seenOf = (id: string, path: string) => load().find((s) => s.id === id && s.path === path);
export const seenLesson = (id: string) => load().find((s) => s.id === id);
