// What the node answers: docs/formats-page.md in types, and the one way to ask.
//
// Every failure becomes a Failed: a status of proto/status.h (or `offline` when
// nobody answered), with the node's own text and arguments. lib/failures.ts
// says it in words.

export type Role = 'viewer' | 'operator' | 'office';
export type State = string; // lib/states.ts knows the ones there are

export interface Me {
  role: Role;
  who: string; // 'A', 'B', 'office', the name of somebody at the office, or ''
  node: { name: string; level: string; region: string; version: string };
  lang: 'zh' | 'en';
  url: string;
  secrets: { A: boolean; B: boolean; office: boolean };
  keys?: { publisher?: 'locked' | 'unlocked' | 'unprotected' };
  ffmpeg: boolean;
  clock_good: boolean;
  now_s: number;
}

export interface Card {
  id: string;
  title: string;
  topic: string;
  region: string;
  place?: string;
  seconds: number;
  date: string;
  bytes: number;
  state: State;
  progress: number;
  poster?: string;
  series?: { title: string; n?: number };
  office: string;
  new?: boolean;
  withdrawn?: boolean;
}

export interface Home {
  fresh: Card[];
  local: Card[];
  topics: { topic: string; count: number }[];
  arriving: Card[];
  groups?: unknown[];
}

export interface Part {
  path: string;
  name: string;
  title: string;
  bytes: number;
  kind: 'video' | 'audio' | 'subtitle' | 'document' | 'picture' | 'other';
  type: string;
  url: string;
  available: number;
  lang?: string;
  for?: string;
  on_drive: boolean;
}

export interface Lesson extends Card {
  summary: string;
  lang: string;
  initials: string;
  pinned: boolean;
  why: string;
  trouble?: string;
  rev: number;
  expires?: string;
  save: boolean;
  parts: Part[];
  also: { as: string; btmh: string; bytes: number; state: State; parts: Part[] }[];
  series_lessons: Card[];
}

export interface Arriving { id: string; progress: number; rate: number }

export interface Search {
  query?: string;
  initials?: string;
  topic?: string;
  region?: string;
  state?: string;
  limit?: number;
  offset?: number;
}

export type Args = Record<string, string | number | boolean | null | undefined>;

export class Failed extends Error {
  status: string;
  code: number;
  args: Args;
  constructor(status: string, code: number, text: string, args: Args = {}) {
    super(text);
    Object.setPrototypeOf(this, Failed.prototype);
    this.status = status;
    this.code = code;
    this.args = args;
  }
}

const BY_CODE: Record<number, string> = {
  400: 'usage', 401: 'untrusted', 403: 'out_of_scope', 404: 'not_found', 409: 'busy',
  413: 'no_room', 429: 'locked', 503: 'limited', 507: 'no_room',
};

async function answer<T>(response: Response): Promise<T> {
  let said: unknown = null;
  try {
    said = await response.json();
  } catch {
    // not JSON: told by its code below
  }
  if (response.ok && said !== null) return said as T;
  const failed = (said as { failed?: { status?: string; text?: string; args?: Args } } | null)?.failed;
  const wait = Number(response.headers.get('Retry-After'));
  throw new Failed(failed?.status ?? BY_CODE[response.status] ?? 'io', response.status,
    failed?.text ?? `HTTP ${response.status}`,
    { ...(wait > 0 ? { wait_s: wait } : {}), ...(failed?.args ?? {}) });
}

async function reach(url: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { credentials: 'same-origin', ...options });
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new Failed('offline', 0, String(error));
  }
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return answer<T>(await reach(path, signal ? { signal } : {}));
}

// `leaving`: it goes on while the page goes away (Chrome 66, Safari 13; others
// may lose it).
export async function post<T>(path: string, body: unknown = {}, leaving = false): Promise<T> {
  return answer<T>(await reach(path, {
    method: 'POST',
    headers: { 'X-Xiangtu': '1', 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    ...(leaving ? { keepalive: true } : {}),
  }));
}

// Raw bytes (`application/octet-stream`) or a list (`text/csv`).
export async function postBytes<T>(path: string, body: Blob | ArrayBuffer | string, type = 'application/octet-stream',
  signal?: AbortSignal): Promise<T> {
  return answer<T>(await reach(path, {
    method: 'POST',
    headers: { 'X-Xiangtu': '1', 'Content-Type': type },
    body,
    ...(signal ? { signal } : {}),
  }));
}

export function query(values: Search | Record<string, string | number | undefined>): string {
  const said = Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`);
  return said.length ? `?${said.join('&')}` : '';
}

export const me = () => get<Me>('/api/me');
export const lessonsPath = (search: Search) => `/api/lessons${query(search)}`;
export const lessonPath = (id: string) => `/api/lesson${query({ id })}`;
export const login = (who: string, secret: string) => post<Me>('/api/login', { who, secret });
export const logout = () => post<unknown>('/api/logout');
// A request of the control socket, through /api/ask.
export const ask = <T>(request: Record<string, unknown>) => post<{ reply: T }>('/api/ask', request).then((a) => a.reply);
