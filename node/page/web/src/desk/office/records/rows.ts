// The lines of a month's report, put in order: stations under their places,
// shares for the bars, what a station's state is.
import type { MonthSum, Report, Row, StationState } from './types';

export interface PlaceRows { place: Row; stations: Row[] }

const contains = (region: string, other: string) => other.startsWith(region);

// Each station under the place of the longest region that contains it. The
// place and its stations keep the order in which they came. What lies in no
// place stands under one made of its region alone.
export function byPlace(report: Pick<Report, 'places' | 'stations'>): PlaceRows[] {
  const all: PlaceRows[] = report.places.map((place) => ({ place, stations: [] }));
  const longest = all.slice().sort((a, b) => b.place.region.length - a.place.region.length);
  const rest: Row[] = [];
  for (const station of report.stations) {
    const under = longest.find((one) => contains(one.place.region, station.region));
    if (under) under.stations.push(station);
    else rest.push(station);
  }
  if (rest.length > 0) all.push({ place: sum(rest), stations: rest });
  return all;
}

const SUMMED = ['stations', 'ms', 'minutes', 'collective_minutes', 'personal_minutes', 'open_minutes', 'hand_minutes', 'doubtful_minutes',
  'collective', 'personal', 'people', 'norm_reached', 'zero', 'silent', 'uncertain_minutes', 'uncertain'] as const;

// Lines added up, but for lessons, which two stations may share.
export function sum(rows: readonly Row[]): Row {
  const made: Row = { region: '', name: '', stations: 0, ms: 0, minutes: 0, collective_minutes: 0, personal_minutes: 0, open_minutes: 0, hand_minutes: 0,
    doubtful_minutes: 0, collective: 0, personal: 0, people: 0, lessons: null, norm_reached: 0, zero: 0, silent: 0, uncertain_minutes: 0, uncertain: 0, change_minutes: null };
  for (const row of rows) for (const key of SUMMED) made[key] += row[key] || 0;
  if (rows.length === 1) made.lessons = rows[0]!.lessons;
  return made;
}

// A station's state where the node does not say it: an unheard one is never zero.
export const stateOf = (row: Row): StationState =>
  row.state ?? (row.silent > 0 ? 'silent' : row.zero > 0 ? 'zero' : row.norm_reached > 0 ? 'reached' : 'below');

export const KINDS = ['collective', 'personal', 'open', 'hand'] as const;
export type Kind = (typeof KINDS)[number];

export interface Bar { row: Row; average: number; parts: { kind: Kind; share: number; minutes: number }[] }

// Minutes a station of each place, so that large and small townships compare;
// shares of the longest bar, which is never shorter than the norm.
export function bars(places: readonly Row[], norm: number): { bars: Bar[]; norm: number } {
  const average = (minutes: number, row: Row) => (row.stations > 0 ? minutes / row.stations : 0);
  const of = (row: Row, kind: Kind) => average(row[`${kind}_minutes`], row);
  const total = (row: Row) => KINDS.reduce((n, kind) => n + of(row, kind), 0);
  const most = Math.max(norm, 1, ...places.map(total));
  return {
    norm: norm / most,
    bars: places.map((row) => ({ row, average: total(row), parts: KINDS.map((kind) => ({ kind, share: of(row, kind) / most, minutes: of(row, kind) })) })),
  };
}

// The months that have figures, the oldest first, at most a year and a month.
export function line(months: Report['months']): (MonthSum & { minutes: number })[] {
  return months.filter((one): one is MonthSum & { minutes: number } => typeof one !== 'string' && typeof one.minutes === 'number')
    .sort((a, b) => (a.month < b.month ? -1 : 1)).slice(-13);
}

export const monthNames = (months: Report['months'] | undefined) => (months ?? []).map((one) => (typeof one === 'string' ? one : one.month));

// By rank where the node gave one; else as they came.
export const ranked = (rows: readonly Row[]): Row[] =>
  rows.map((row, i) => ({ row, i })).sort((a, b) => (a.row.rank ?? Infinity) - (b.row.rank ?? Infinity) || a.i - b.i).map(({ row }) => row);

export const minutesOf = (one: { ms: number; minutes?: number }) => one.minutes ?? Math.floor(one.ms / 60000);

// Where a page of the report stands in the address: month, region, group.
export interface At { month: string; region: string; group: string }
export const readAt = (of: string): At => {
  const [month = '', region = '', ...group] = of.split('/');
  return { month, region, group: group.join('/') };
};
export const sayAt = ({ month, region, group }: At): string => [month, region, group].join('/').replace(/\/+$/, '');
