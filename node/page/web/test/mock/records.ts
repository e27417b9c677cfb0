// What an office's node says of a month: four townships, 66 stations.
import type { Attention, Person, PersonRecords, RecordsState, Report, Row, Sheet, StationBooks } from '../../src/desk/office/records/types';
import { sum } from '../../src/desk/office/records/rows';

const TOWNS: [string, string, number][] = [['431081101', '兴宁镇', 29], ['431081102', '州门司镇', 14], ['431081103', '滁口镇', 11], ['431081104', '黄草镇', 12]];
const NOW_S = 1795000000;

function station(town: number, i: number): Row {
  const [region, name] = TOWNS[town]!;
  const state = (i + town) % 9 === 4 ? 'silent' : (i + town) % 7 === 3 ? 'zero' : (i * 37 + town * 11) % 10 < 6 ? 'reached' : 'below';
  const none = state === 'silent' || state === 'zero';
  const collective = none ? 0 : 90 + (i * 53 + town * 29) % 160 + (state === 'reached' ? 110 : 0);
  const personal = none ? 0 : (i * 17) % 60;
  const open = none ? 0 : (i * 13) % 45;
  const hand = i % 6 === 5 && !none ? 90 : 0;
  const minutes = collective + personal + open + hand;
  return { region: `${region}${String(201 + i)}`, name: `${name.slice(0, 2)}${i + 1}村站`, code: `c${town}aa-${String(100 + i)}x`, stations: 1, ms: minutes * 60000 + 12345, minutes,
    collective_minutes: collective, personal_minutes: personal, open_minutes: open, hand_minutes: hand, doubtful_minutes: i % 11 === 6 && !none ? 120 : 0,
    collective: none ? 0 : 2 + i % 4, personal: none ? 0 : i % 5, people: none ? 0 : 40 + i * 3, lessons: none ? 0 : 2 + i % 6,
    norm_reached: state === 'reached' ? 1 : 0, zero: state === 'zero' ? 1 : 0, silent: state === 'silent' ? 1 : 0, uncertain_minutes: i % 13 === 8 ? 47 : 0, uncertain: i % 13 === 8 ? 1 : 0,
    change_minutes: i % 8 === 7 ? null : (i * 31) % 140 - 60, state, heard_s: state === 'silent' ? (i % 2 ? null : NOW_S - 30 * 86400) : NOW_S - 3600 * (i + 1),
    since: '2024-03-01', flags: i % 11 === 6 && !none ? ['two-screens'] : i === 20 ? ['forked'] : [], machine: null, groups: i % 5 === 0 ? ['东江管区'] : [], replaced: i === 3 ? 1 : 0 };
}

const put = (rows: Row[], name: string, region: string): Row => ({ ...sum(rows), name, region, lessons: Math.max(0, ...rows.map((row) => row.lessons ?? 0)) + 4, change_minutes: rows.reduce((n, row) => n + (row.change_minutes ?? 0), 0) });

export function report(month: string, region = '', group = '', rank = false, closed: Report['closed'] = null): Report {
  const stations = TOWNS.flatMap(([, , n], town) => Array.from({ length: n }, (_, i) => station(town, i)))
    .filter((row) => row.region.startsWith(region) && (!group || row.groups!.includes(group)));
  const places = TOWNS.map(([code, name]) => put(stations.filter((row) => row.region.startsWith(code)), name, code)).filter((row) => row.stations > 0);
  if (rank) {
    places.slice().sort((a, b) => b.minutes - a.minutes).forEach((row, i) => { row.rank = i + 1; });
    stations.slice().sort((a, b) => b.minutes - a.minutes).forEach((row, i) => { row.rank = i + 1; });
  }
  const grouped = stations.filter((row) => row.groups!.length > 0);
  const late = stations.filter((row) => row.state === 'silent').slice(0, 2).map(({ region, name, code }) => ({ ...sum([]), region, name, code, minutes: 95, ms: 95 * 60000, collective_minutes: 95, collective: 2, people: 31, lessons: 2 }));
  return { month, region, norm: 240, closed, total: put(stations, '', region), places, groups: grouped.length ? [put(grouped, '东江管区', '')] : [], stations,
    supplement: closed ? { to: '2026-11-20', total: put(late, '', ''), stations: late } : null,
    months: ['2026-05', '2026-06', '2026-07', '2026-08', '2026-09', '2026-10', '2026-11'].map((one, i) => ({ month: one, minutes: 11200 + i * 900 - (i % 3) * 1300, closed: i < 4 })) };
}

export const books = (code: string, month: string): StationBooks => ({
  station: report(month).stations.find((row) => row.code === code) ?? report(month).stations[0]!,
  studies: [
    { id: '1', began: `${month}-03 19:30`, heads: 23, names: ['李大山', '王小梅', '何满仓'], cards: [{ tail: '4711', name: '陈秀英' }, { tail: '0082' }], lessons: [{ id: 'a#1', title: '黑山羊春季防疫' }, { id: 'a#2', title: '甜玉米高产栽培' }], note: '大家问疫苗在哪里领。\n乡兽医下周来。', by: 'A', ms: 95 * 60000, minutes: 95, parts: 1, flags: [], photo: true },
    { id: '2', began: `${month}-12 20:00`, heads: 17, names: [], cards: [], lessons: [], outside: { kind: 'teacher', title: '果树剪枝', minutes: 90 }, note: '', by: 'B', ms: 0, minutes: 0, hand_minutes: 90, parts: 1, flags: ['by-hand'], photo: false },
    { id: '3', began: null, lo: `${month}-14`, hi: `${month}-29`, heads: 9, names: ['李大山'], cards: [], lessons: [{ id: 'a#3', title: '狗脑贡茶的采摘与炒制' }], by: 'A', ms: 48 * 60000, minutes: 48, parts: 2, flags: ['interrupted', 'clock-unverified'], photo: false }],
  personals: [{ id: '4', began: `${month}-05 15:10`, tail: '4711', name: '陈秀英', ms: 31 * 60000, minutes: 31, plays: 3, on: 'phone', flags: [] }, { id: '5', began: `${month}-06 09:00`, tail: '0082', ms: 12 * 60000, minutes: 12, plays: 1, on: 'tv', flags: ['two-screens'] }],
  equipment: [{ id: '6', name: '电视机 55寸', count: 1, state: 'good', since: '2024-03-01', note: '' }, { id: '7', name: '音箱', count: 2, state: 'broken', since: null, note: '一只没有声音' }],
  faults: [{ id: '8', at: `${month}-09`, what: 'network', text: '宽带断了三天', fixed: false }], wishes: [{ id: '9', at: `${month}-10`, text: '想看辣椒大棚的课' }],
  machine: { at_s: NOW_S - 86400, up_s: 400000, on_hours: 21400, disk_total: 220 * 2 ** 30, disk_free: 31 * 2 ** 30, smart: 'ok', temperature: 41, version: '0.1.0', drive_s: NOW_S - 9 * 86400, held: 412, wanted: 6, flags: [] },
  plays: [{ id: 'p1', began: `${month}-03 19:32`, title: '黑山羊春季防疫', as: 'video', on: 'tv', kind: 'collective', ms: 51 * 60000, minutes: 51, flags: [] }, { id: 'p2', began: `${month}-08 23:10`, title: '甜玉米高产栽培', as: 'video', on: 'tv', kind: 'open', ms: 140 * 60000, minutes: 140, flags: ['empty-room'] }],
});

export const attention = (): Attention => ({ week: '2026-11-16',
  township: [{ region: '431081101205', name: '兴宁镇', why: 'silent', station: '联坪村站', code: 'k3f9-w2aa', since_s: NOW_S - 9 * 86400, text: 'not heard from' }, { region: '431081101203', name: '兴宁镇', why: 'fault', station: '岭脚村站', code: '7m4k-x2pa', since_s: NOW_S - 5 * 86400, text: '宽带断了三天' },
    { region: '431081102201', name: '州门司镇', why: 'clock', station: '新塘村站', code: 'p7c2-q9dd', since_s: null, text: '' }],
  county: [{ region: '431081103204', name: '滁口镇', why: 'disk-failing', station: '大坪村站', code: 'z0aa-11bc', since_s: NOW_S - 40 * 86400, text: '' }, { region: '', name: '', why: 'stranger', code: 'x1x1-y2y2', since_s: NOW_S - 86400, text: '' }] });

export const wishes = () => ({ wishes: [{ id: 'w1', code: '7m4k-x2pa', station: '岭脚村站', region: '431081101203', at: '2026-11-10', text: '想看辣椒大棚的课' }, { id: 'w2', code: 'k3f9-w2aa', station: '联坪村站', region: '431081101205', at: null, text: '老人想看花鼓戏' }] });

export const state = (locked: boolean): RecordsState => ({ locked, waiting: locked ? 37 : 0, imported: 4120, strangers: [{ code: 'x1x1-y2y2', entries: 4, bytes: 9000 }], odd: [{ code: '7m4k-x2pa', name: '岭脚村站', entry: 12, why: 'not a batch' }], forked: [{ code: 'c0aa-120x', name: '兴宁21村站' }] });

const NAMES = ['陈秀英', '李大山', '王小梅', '何满仓', '邓春生', '黄桂花', '曹石生', '谢冬妹', '刘长根', '周细毛', '罗玉兰', '唐国强'];
export const people = (): Person[] => NAMES.slice(0, 5).map((name, i) => ({ card: `00000000000000c${i}`, tail: String(4711 + i * 97), name, place: `兴宁${i + 1}村`, region: '431081101', batch: 'k3f9w2aa', issued_s: NOW_S - (i + 1) * 86400, ended: i === 3, month_minutes: i * 31 }));
export const person = (card: string): PersonRecords => ({ ...(people().find((one) => one.card === card) ?? people()[0]!), studies: [{ station: '岭脚村站', began: '2026-10-03 19:30', heads: 23, ms: 95 * 60000 }],
  personals: [{ station: '联坪村站', began: '2026-10-05 15:10', ms: 31 * 60000, plays: 3 }], plays: [{ station: '联坪村站', began: '2026-10-05 15:11', title: '黑山羊春季防疫', ms: 31 * 60000 }], total_ms: 126 * 60000 });
export const issue = (table: string): Sheet => ({ job: '5e7', batch: 'k3f9w2aa', cards: table.replace(/^\ufeff/, '').trim().split(/\r?\n/).slice(1).map((one, i) => { const [name = '', place = ''] = one.split(','); return { name, place, number: String(4711234567 + i * 1234577), pin: String(103942 + i * 7919) }; }) });
