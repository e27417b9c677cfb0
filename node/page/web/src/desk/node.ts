// What the desks ask of the node: docs/formats-page.md, sections 3 and 4.
import { ask, get, post, query, type Args, type Lesson } from '../lib/api';

export interface Sources { uplink: number; neighbour: number; drive: number; cache: number }
export const SOURCES = ['uplink', 'neighbour', 'drive', 'cache'] as const;
export type Source = (typeof SOURCES)[number];

export interface Transfer {
  id: string;
  title: string;
  btmh: string;
  progress: number;
  bytes: number;
  verified: number;
  rate: number;
  way: string;
  peers: number;
  carries: boolean;
  trouble: string;
  from: Sources;
}

export interface Arrived { id: string; title: string; bytes: number; from: Sources; ago_s: number }

export interface Plugged { label: string; prepared: boolean; read_only: boolean; free: number; total: number }

export interface Lack { id: string; title: string; bytes: number; why: string; due?: string }

export interface Deleted { at: number; what?: string; title: string; bytes: number; why: string }

export interface Cache {
  quota: number;
  used: number;
  free: number;
  floor: number;
  reserved?: number;
  next: { title: string; bytes: number; why: string }[];
  last?: Deleted | null;
}

export interface Neighbour {
  name: string;
  level: string;
  region: string;
  heard_ago_s: number;
  alive: boolean;
  url: string;
  route?: 'lan' | 'beyond';
}

export interface Visit {
  at: number;
  path?: string;
  drive?: string;
  state: string;
  safe: boolean;
  in: { title: string; bytes: number; state?: string }[] | number;
  in_bytes: number;
  out: { title: string; bytes: number }[] | number;
  out_bytes: number;
  left: { title: string; bytes: number; way?: string; why?: string }[] | number;
  trouble: string[] | number;
}

export interface DriveNow { step: string; title: string; done: number; total: number }

export interface Limits {
  rules: number;
  rule: string;
  down: number | null; // bits a second
  up: number | null;
  lan_only: boolean;
  cap: number;
  reserve: number;
  spent: number;
  month: string;
  closed: string;
  closed_first: string;
  waiting: number;
}

export interface TrustLog { origin: string; office: string; age_s: number | null; at_least?: boolean; forked: boolean; ended: boolean }

export interface Health {
  uptime_s: number;
  engine: string | { state: string; last_end?: string; in_a_row?: number };
  cage?: Record<string, { in_force: boolean; why: string }> | string | boolean;
  disk_free?: number;
  disk_total?: number;
  memory_rss?: number;
  load1?: number;
  temperature?: number | null;
  clock_good: boolean;
  power_on_hours?: number | null;
  version: string;
  lag_worst_ms: number;
  wrong_tries?: number;
}

export interface Desk {
  transfers: Transfer[];
  arrived?: Arrived[];
  rates: { uplink_down: number; uplink_up: number; lan_down: number; lan_up: number };
  lacking: Lack[];
  lacking_total: number;
  cache: Cache;
  neighbours: Neighbour[];
  drive: { now: DriveNow | null; last: Visit | null; plugged?: Plugged[]; trouble?: string };
  limits: Limits;
  trust: { root: number; trust: number; age_s: number | null; at_least?: boolean; logs: TrustLog[] };
  health: Health;
  lessons: { held: number; wanted: number; known: number; bytes: number };
}

// On its way and not standing still for a reason: what lacks is told as lacking.
export const coming = (now: Desk): Transfer[] => now.transfers.filter((one) => !now.lacking.some((lack) => lack.id === one.id));

export interface Conf {
  quota: string;
  floor: string;
  limit: string[];
  cap: string;
  'cap-reserve': string;
  'lan-only': boolean;
}

export interface Rule { n: number; topic?: string; region?: string; exclude: boolean }

export interface NodeLesson {
  id: string;
  rev: number;
  title: string;
  topic: string;
  region: string;
  bytes: number;
  seconds: number;
  date: string;
  state: string;
  progress: number;
  pinned: boolean;
  due?: string;
  trouble?: string;
  why?: string;
}

export interface Withdrawal {
  id: string;
  title: string;
  reason: string;
  confirmed: number;
  heard: number;
  missing: { name: string; region: string; code: string; heard_ago_s: number }[];
}

export interface Station { code: string; name: string; region: string; state: string; heard_s?: number; level?: string }

export type DraftState = 'open' | 'preparing' | 'ready' | 'waiting' | 'approved' | 'publishing' | 'published' | 'failed';

export interface Fields {
  title?: string;
  topic?: string;
  region?: string;
  summary?: string;
  lang?: string;
  series?: { title: string; n?: number } | null;
  date?: string;
  expires?: string;
  initials?: string;
  keep?: boolean; // copies are not to leave the room
  revises?: string;
}

export interface DraftFile { name: string; bytes: number; received: number; kind?: string; listed?: boolean }

// `plays`, `converted`, …: node/prepare.h
export interface Check { file: string; what: string; ok: boolean; text: string; detail?: string; rendition?: string }

export interface Work {
  step: string; // `queued`, or as node/prepare.h
  ahead?: number; // drafts that are prepared before it
  file?: string;
  rendition?: string;
  done?: number;
  total?: number;
  left_s?: number;
}

export interface Preview {
  bytes: number;
  files: number;
  seconds?: number;
  poster?: string;
  parts: Lesson['parts'];
  also?: { as: string; btmh: string; bytes: number; parts: Lesson['parts'] }[];
}

// In lists and events without files, checks and preview, and with few fields.
export interface Draft {
  id: string;
  state: DraftState;
  fields: Fields;
  n_files?: number;
  to_come?: number; // bytes that are not here yet
  files?: DraftFile[];
  renditions?: string[];
  as_is?: boolean;
  work: Work | null;
  checks?: Check[];
  needs_approval: boolean;
  made_by: string;
  approved_by?: string;
  lesson?: string;
  trouble?: { what: string; text: string };
  changed_s: number;
  digest?: string; // of what is prepared: what is approved is this
  preview?: Preview; // when it is prepared
}

export interface Place { region: string; name: string; held: number; partial: number; heard: number; all: number }
export interface Holder { code: string; name: string; region: string; level?: string; state: 'held' | 'partial' | 'wanted' | 'none' | 'unheard'; heard_ago_s: number }
export interface Coverage {
  stations: number;
  heard: number;
  held: number;
  partial: number;
  wanted: number;
  unheard: number;
  by_place: Place[];
  nodes: Holder[];
}
export interface Covered { id: string; title: string; held: number; heard: number; all: number }

export const conf = () => get<{ conf: Conf }>('/api/conf').then((a) => a.conf);
export const setConf = (set: Partial<Conf>) => post<{ conf: Conf }>('/api/conf', { set }).then((a) => a.conf);
export const drive = (what: 'sync' | 'stop', label?: string) => post<unknown>('/api/drive', { do: what, ...(label ? { label } : {}) });
export const verb = <T>(name: string, fields: Args = {}) => ask<T>({ verb: name, ...fields });

export const draftPath = (id: string, what = '') => `/api/drafts/${encodeURIComponent(id)}${what ? `/${what}` : ''}`;
export const newDraft = (fields: Fields = {}, revises?: string) =>
  post<Draft>('/api/drafts', { fields, ...(revises ? { revises } : {}) });
export const changeDraft = (id: string, what: { fields?: Fields; renditions?: string[]; as_is?: boolean }) =>
  post<Draft>(draftPath(id), what);
export const doDraft = (id: string, what: string, body: Record<string, unknown> = {}) => post<Draft>(draftPath(id, what), body);
export const chunkPath = (id: string, name: string, offset: number, total: number) =>
  `${draftPath(id, 'file')}${query({ name, offset, total })}`;
export const coveragePath = (id?: string) => `/api/coverage${query({ id })}`;

// Cards that are issued at a desk of the office: `event: cards`, GET /api/cards/issue.
export interface Cards {
  state: 'none' | 'drawing' | 'ready' | 'issued' | 'failed' | 'expired';
  job?: string;
  who?: string;
  batch?: string;
  total?: number;
  done?: number; // drawing
  left_s?: number;
  ends_s?: number; // ready
  issued?: number; // issued
  failed?: { status: string; text: string; args: Args };
}
