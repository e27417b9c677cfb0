// What the node answers about records: docs/formats-page.md 6 in types. What
// it may leave out is optional here, so that a page leaves it out, too.
import { query } from '../../../lib/api';

export type StationState = 'reached' | 'below' | 'zero' | 'silent';

export interface MachineFacts {
  at_s?: number;
  up_s?: number;
  on_hours?: number;
  disk_total?: number;
  disk_free?: number;
  smart?: 'ok' | 'failing' | 'unknown';
  temperature?: number;
  version?: string;
  drive_s?: number;
  held?: number;
  wanted?: number;
  flags?: string[];
}

// A line of the month's report: of everything, of a place, a group, a station.
export interface Row {
  region: string;
  name: string;
  code?: string;
  stations: number;
  ms: number;
  minutes: number;
  collective_minutes: number;
  personal_minutes: number;
  open_minutes: number;
  hand_minutes: number;
  doubtful_minutes: number;
  collective: number;
  personal: number;
  people: number;
  lessons: number | null; // null: they were not counted
  norm_reached: number;
  zero: number;
  silent: number;
  uncertain_minutes: number;
  uncertain: number;
  change_minutes: number | null;
  rank?: number | null;
  // of a station
  state?: StationState;
  heard_s?: number | null; // until then everything is known of it; null: never heard
  since?: string | null; // enrolled on
  ended?: boolean; // retired, and nothing took its place
  flags?: string[];
  machine?: MachineFacts | null;
  groups?: string[];
  replaced?: number;
}

export interface MonthSum { month: string; minutes?: number; norm_reached?: number; stations?: number; closed?: boolean }

export interface Report {
  month: string;
  region: string;
  norm: number;
  closed: { at_s: number } | null;
  total: Row;
  places: Row[];
  groups: Row[];
  stations: Row[];
  supplement: { to: string; total: Row; stations: Row[] } | null;
  months: (string | MonthSum)[];
}

export interface Studied { id: string; title?: string }
export interface CardOf { tail: string; name?: string }
export interface Outside { kind: string; title: string; minutes: number }

export interface StudyRow {
  id: string;
  began?: string | null; // null: date uncertain
  lo?: string | null;
  hi?: string | null;
  heads: number;
  names?: string[];
  cards?: CardOf[];
  lessons?: (Studied | string)[];
  outside?: Outside | null;
  note?: string | null;
  by?: string | null;
  ms: number;
  minutes?: number;
  hand_minutes?: number;
  parts?: number;
  flags?: string[];
  photo?: boolean;
}

export interface PersonalRow {
  id: string;
  began?: string | null;
  lo?: string | null;
  hi?: string | null;
  tail?: string;
  name?: string | null;
  ms: number;
  minutes?: number;
  plays: number;
  on?: string;
  flags?: string[];
}

export interface Equipment { id: string; name: string; count: number; state: string; since?: string | null; note?: string | null }
export interface Fault { id: string; at?: string | null; what: string; text: string; fixed?: boolean | number }
export interface Wish { id?: string; code?: string; station?: string; region?: string; at?: string | null; text: string }
export interface PlayRow { id: string; began?: string | null; title?: string; lesson?: string; as?: string; on?: string; kind?: string; ms: number; minutes?: number; flags?: string[] }

export interface StationBooks {
  station: Row;
  studies: StudyRow[];
  personals: PersonalRow[];
  equipment: Equipment[];
  faults: Fault[];
  wishes: Wish[];
  machine?: MachineFacts | null;
  plays?: PlayRow[];
  norm?: number;
}

// `name` is the station's, or, where that stands by itself, of where it is.
export interface Look { region: string; name: string; why: string; station?: string; code?: string; since_s?: number | null; text?: string }
export interface Attention { week?: string; township: Look[]; county: Look[] }

export interface RecordsState {
  office?: boolean; // false: no records.key here
  trouble?: string | null; // why it is not going on
  locked: boolean;
  unnamed?: boolean; // the trust note names another key
  waiting: number;
  imported: number;
  strangers?: { code: string; name?: string; entries?: number; bytes?: number }[];
  odd?: { code?: string; name?: string; station?: string; entry: number; why: string }[];
  forked?: ({ code: string; name?: string } | string)[];
}

export interface NewCard { number: string; pin: string; name: string; place: string; region?: string }
export interface Sheet { job: string; batch: string; cards: NewCard[] }
export interface Person { card: string; tail: string; name: string; place: string; region?: string; batch: string; issued_s: number; ended?: boolean; month_minutes?: number }
export interface PersonRecords extends Person {
  studies?: { station?: string; began?: string | null; heads?: number; ms?: number }[];
  personals?: { station?: string; began?: string | null; ms: number; plays?: number }[];
  plays?: { station?: string; began?: string | null; title?: string; ms: number }[];
  total_ms?: number;
}

export const reportPath = (month: string, region: string, group: string, rank: boolean) =>
  `/api/report${query({ month, region, group, rank: rank ? 1 : undefined })}`;
export const stationPath = (code: string, month: string) => `/api/report/station${query({ code, month })}`;
export const photoPath = (code: string, study: string) => `/api/report/photo${query({ station: code, study })}`;
export const csvPath = (month: string, what: string) => `/api/report/csv${query({ month, what })}`;
export const peoplePath = (text: string) => `/api/cards${query({ query: text })}`;
export const sheetPath = (job: string) => `/api/cards/sheet${query({ job })}`;
export const personPath = (card: string) => `/api/cards/person${query({ card })}`;
