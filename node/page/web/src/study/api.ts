// What was studied, as the node says it and as the pages ask for it
// (docs/formats-page.md, "What is studied"): of the station's screen, the
// phone, and the operator's desk.
import { get, post, postBytes, query } from '../lib/api';

export const OUTSIDE = ['satellite', 'disc', 'teacher', 'other'] as const;
export interface Outside { kind: (typeof OUTSIDE)[number]; title: string; minutes: number }

// A collective study. Names, cards, note and by whom it is led are told to who
// may write them.
export interface Study {
  id: string;
  since_s?: number; // how long ago it began
  began: string; // "YYYY-MM-DD HH:MM"
  ended?: boolean; // then `note` and names may still be changed for seven days
  lessons: { id: string; title: string }[];
  outside?: Outside | null;
  heads: number;
  names?: string[];
  cards?: { tail: string; known: boolean }[];
  note?: string;
  photo?: boolean;
  ms: number;
  parts: number; // more than one: it was interrupted and went on
  by?: string;
  flags?: string[];
}

export interface MyCard { tail: string; ends_s: number } // seconds left

export interface Studying {
  running: Study | null;
  interrupted: Study | null;
  here: boolean; // the asker is this machine's own screen
  may: boolean; // begin one, and write its register
  rules: { norm: number };
  card?: MyCard | null;
}

export interface Personal { tail: string; began: string; ms: number; on: 'tv' | 'phone' }

export interface Register {
  studies: Study[];
  personals: Personal[];
  minutes: Record<string, number | Record<string, number>>;
}

export interface Mine {
  tail: string;
  personals: { began: string; ms: number; plays: { lesson: string; title: string; ms: number; shown?: number[]; of?: number; as?: string }[] }[];
  total_ms: number;
  kept?: string;
}

// What a change of a study may say; what is left out stays.
export interface Change {
  heads?: number;
  names?: string[];
  cards?: string[];
  add_card?: string;
  drop_card?: number; // its place in `cards`
  note?: string;
  lessons?: string[];
  outside?: Outside | null;
}

export const PHOTO_MOST = 40 * 1024;
export const NAME_BYTES = 60;
export const NOTE_BYTES = 2000;
export const WISH_BYTES = 1000;
export const TITLE_BYTES = 200;
export const HEADS_MOST = 5000;
export const NAMES_MOST = 200;

export const studying = () => get<Studying>('/api/study');
export const registerPath = (month: string) => `/api/study/register${query({ month })}`;
export const begin = (what: { lessons: string[]; heads: number; outside?: Outside }) => post<Study>('/api/study/begin', what);
export const change = (id: string, what: Change) => post<Study>('/api/study/change', { id, ...what });
export const end = (id: string) => post<unknown>('/api/study/end', { id });
export const resume = (id: string) => post<Study>('/api/study/resume', { id });
export const photo = (id: string, jpeg: Blob) => postBytes<unknown>(`/api/study/photo${query({ id })}`, jpeg, 'image/jpeg');
export const cardIn = (number: string, pin: string) => post<MyCard>('/api/card/login', { number, pin });
export const cardOut = () => post<unknown>('/api/card/logout');

export type Told = 'wish' | 'fault' | 'equipment';
export interface Wish { id: string; text: string; at_s?: number }
export const FAULTS = ['tv', 'box', 'network', 'power', 'disk', 'other'] as const;
export interface Fault { id: string; what: (typeof FAULTS)[number]; text: string; fixed: number | boolean; at_s?: number }
export const STATES = ['good', 'broken', 'lent', 'gone'] as const;
export interface Equipment { id: string; name: string; count: number; state: (typeof STATES)[number]; since?: string; note?: string }
export interface Ledger {
  wishes: Wish[];
  faults: Fault[];
  equipment: Equipment[];
  // When they were sent last, by the machine's clock; 0: never.
  sent: { pending: number; unacknowledged?: number; last_s: number; acked: boolean; trouble?: string };
}
export const tell = (kind: Told, what: object) => post<{ id: string }>('/api/tell', { kind, ...what });

// 3,725,000 ms are 62 minutes: always rounded down.
export const minutes = (ms: number) => Math.floor(ms / 60000);
export const utf8 = (text: string) => new TextEncoder().encode(text).length;

// How much lies within spans [from, to, from, to, …].
export const within = (spans: readonly number[]) => spans.reduce((n, at, i) => n + (i % 2 ? at : -at), 0);

// The day that it is in Beijing, where all days are counted; '' for a clock
// that was not set.
export const dayOf = (at_s: number | undefined) => (at_s ? new Date((at_s + 8 * 3600) * 1000).toISOString().slice(0, 10) : '');

// The month that it is in Beijing, where all months are counted.
export function monthOf(now_ms: number): string {
  return new Date(now_ms + 8 * 3600e3).toISOString().slice(0, 7);
}

// `by` months on from "2026-01".
export function turnMonth(month: string, by: number): string {
  const n = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + by;
  return `${String(Math.floor(n / 12)).padStart(4, '0')}-${String(n % 12 + 1).padStart(2, '0')}`;
}

const single = (word: string | undefined) => word !== undefined && /^\p{Script=Han}$/u.test(word);

// Words with blanks between them. Nobody has a name of one character: two that
// stand apart are a name written as wide as those of three, 王　芳.
function wordsIn(line: string): string[] {
  const words = line.split(/\s+/).filter(Boolean);
  const names: string[] = [];
  for (let i = 0; i < words.length; i++)
    names.push(single(words[i]) && single(words[i + 1]) ? words[i]! + words[++i]! : words[i]!);
  return names;
}

// Names as they are typed: one a line, or with commas and spaces of either
// script between them; each once.
export function namesIn(text: string): string[] {
  return text.split(/[\n,，、;；]+/).flatMap(wordsIn).filter((name, i, all) => all.indexOf(name) === i);
}
