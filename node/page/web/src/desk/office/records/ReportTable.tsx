// The table of a month: a line for each township, its stations below it when
// they are wanted, and the total.
import { number } from '../../../lib/format';
import { flagMore, flagText } from '../../../lib/counting';
import { Icon, type IconName } from '../../../ui/Icon';
import { href } from '../../route';
import { type PlaceRows, ranked, stateOf } from './rows';
import { nameOf, signed, STATE_KIND, stateText } from './said';
import type { Row, StationState } from './types';
import { t } from './words';

type Column = readonly [name: Parameters<typeof t>[0], value: (row: Row) => number | null | undefined];

const MINUTES: readonly Column[] = [
  ['minutes', (row) => row.minutes], ['kind_collective', (row) => row.collective_minutes], ['kind_personal', (row) => row.personal_minutes],
  ['kind_open', (row) => row.open_minutes], ['kind_hand', (row) => row.hand_minutes], ['doubtful', (row) => row.doubtful_minutes],
];
const STUDIES: readonly Column[] = [
  ['collective', (row) => row.collective], ['personal', (row) => row.personal], ['people', (row) => row.people], ['lessons', (row) => row.lessons],
];
const STATIONS: readonly Column[] = [
  ['stations', (row) => row.stations], ['normReached', (row) => row.norm_reached], ['zero', (row) => row.zero], ['silent', (row) => row.silent],
];

const SIGN: Record<StationState, IconName | null> = { reached: 'ok', below: null, zero: 'warn', silent: 'offline' };

const say = (n: number | null | undefined) => (n === null || n === undefined ? '' : number(n));

function Numbers({ row, columns }: { row: Row; columns: readonly Column[] }) {
  return <>{columns.map(([name, value]) => <td key={name} class={`n ${value(row) ? '' : 'soft'}`}>{say(value(row))}</td>)}</>;
}

function Tail({ row, rank, quiet }: { row: Row; rank: boolean; quiet?: boolean }) {
  return (
    <>
      <td class={`n ${row.uncertain_minutes ? 'warn' : 'soft'}`}>{quiet && !row.uncertain_minutes ? '' : say(row.uncertain_minutes)}</td>
      <td class="n">{quiet || row.change_minutes === null || row.change_minutes === undefined ? '' : signed(row.change_minutes)}</td>
      {rank && <td class="n">{quiet ? '' : say(row.rank)}</td>}
    </>
  );
}

export function Flags({ flags }: { flags: readonly string[] | undefined }) {
  return <>{(flags ?? []).map((flag) => <span key={flag} class="tag warn" title={flagMore(flag)}>{flagText(flag)}</span>)}</>;
}

// One that was not heard from has no figures of its own to show as zero.
interface Line { row: Row; month: string; rank: boolean; sums: boolean }

function StationLine({ row, month, rank, sums }: Line) {
  const state = stateOf(row);
  const part = sums ? 'late/' : ''; // a station may stand in both
  const quiet = !sums && state === 'silent' && row.minutes === 0;
  return (
    <tr class={`station-line ${sums ? '' : `is-${state}`}`} data-key={`${part}station/${row.code ?? row.region}`}>
      <th scope="row" class="sub">
        {row.code ? <a href={href('station-book', `${row.code}/${month}`)} data-key={`${part}book/${row.code}`}>{nameOf(row)}</a> : nameOf(row)}
        <Flags flags={row.flags} />
        {row.ended && <span class="tag">{t('endedStation')}</span>}
        {!!row.replaced && <span class="tag">{t('replacedBox')}</span>}
      </th>
      {!sums && <td colSpan={STATIONS.length}><span class={`state ${STATE_KIND[state]}`}>{SIGN[state] && <Icon name={SIGN[state]!} />}{stateText(row)}</span></td>}
      {quiet
        ? <td colSpan={MINUTES.length + STUDIES.length} />
        : <><Numbers row={row} columns={MINUTES} /><Numbers row={row} columns={STUDIES} /></>}
      {!sums && <Tail row={row} rank={rank} quiet={quiet} />}
    </tr>
  );
}

function PlaceLine({ of, open, onOpen, rank, sums }: { of: PlaceRows; open: boolean; onOpen?: () => void; rank: boolean; sums: boolean }) {
  const { place, stations } = of;
  const name = nameOf(place);
  return (
    <tr class="place-line">
      <th scope="row">
        {onOpen && stations.length > 0
          ? <button type="button" class="fold" aria-expanded={open} data-key={`place/${place.region}`} onClick={onOpen}><Icon name="back" /><span>{name}</span></button>
          : name}
      </th>
      {!sums && <Numbers row={place} columns={STATIONS} />}<Numbers row={place} columns={MINUTES} /><Numbers row={place} columns={STUDIES} />
      {!sums && <Tail row={place} rank={rank} />}
    </tr>
  );
}

function Head({ rank, first, sums }: { rank: boolean; first: string; sums: boolean }) {
  const group = (columns: readonly Column[]) => columns.map(([name]) => <th key={name} scope="col" class="n">{t(name as 'minutes')}</th>);
  return (
    <thead>
      <tr>
        <th rowSpan={2} scope="col">{first}</th>
        {!sums && <th colSpan={STATIONS.length} scope="colgroup">{t('headState')}</th>}
        <th colSpan={MINUTES.length} scope="colgroup">{t('headMinutes')}</th>
        <th colSpan={STUDIES.length} scope="colgroup">{t('headStudies')}</th>
        {!sums && <th rowSpan={2} scope="col" class="n">{t('uncertain')}</th>}
        {!sums && <th rowSpan={2} scope="col" class="n">{t('change')}</th>}
        {rank && <th rowSpan={2} scope="col" class="n">{t('rank')}</th>}
      </tr>
      <tr>{!sums && group(STATIONS)}{group(MINUTES)}{group(STUDIES)}</tr>
    </thead>
  );
}

interface Props {
  first: string; // the name of the first column
  places: readonly PlaceRows[];
  total: Row | null;
  month: string;
  rank: boolean;
  open: (region: string) => boolean;
  onOpen?: (region: string) => void;
  sums?: boolean; // minutes and studies alone
}

export function ReportTable({ first, places, total, month, rank, open, onOpen, sums = false }: Props) {
  const sorted = rank ? ranked(places.map((one) => one.place)).map((place) => places.find((one) => one.place === place)!) : places;
  return (
    <div class="table-box" role="region" tabIndex={0} aria-label={first}>
      <table class="report">
        <Head rank={rank} first={first} sums={sums} />
        {sorted.map((one) => (
          <tbody key={one.place.region + one.place.name}>
            <PlaceLine of={one} open={open(one.place.region)} onOpen={onOpen && (() => onOpen(one.place.region))} rank={rank} sums={sums} />
            {open(one.place.region) && (rank ? ranked(one.stations) : one.stations).map((row) => <StationLine key={row.code ?? row.name} row={row} month={month} rank={rank} sums={sums} />)}
          </tbody>
        ))}
        {total && <tbody class="total"><PlaceLine of={{ place: { ...total, name: t('total'), rank: null }, stations: [] }} open={false} rank={rank} sums={sums} /></tbody>}
      </table>
    </div>
  );
}
