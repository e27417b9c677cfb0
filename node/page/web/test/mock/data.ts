// What a node would say: a county's office and a village's station, with names
// and numbers as they are in the field. Tests of the desks and mock.mjs use it.
import type { Me, Part } from '../../src/lib/api';
import type { Conf, Coverage, Desk, Draft, NodeLesson, Rule, Station, Withdrawal } from '../../src/desk/node';

const GB = 1024 ** 3;
const MB = 1024 ** 2;
const lessonId = (n: number) => `zixing.example/431081/lessons#0c${String(n).padStart(4, '0')}r1`;
const TITLES = ['黑山羊养殖技术', '东江鱼网箱养殖', '狗脑贡茶的采摘与炒制', '甜玉米高产栽培', '杂交制种田间管理', '叉尾鮰鱼病防治', '东江果园冬季修剪',
  '罗非鱼越冬', '村级账目公开怎么做', '花鼓戏《刘海砍樵》', '防火防汛常识', '春耕备耕：选种与育秧，从浸种到移栽的全过程以及常见问题解答'];
const TOPICS = ['产业/养殖/黑山羊', '产业/养殖/水产', '产业/种植/茶叶', '产业/种植/粮食', '产业/种植/粮食', '产业/养殖/水产', '产业/种植/果树', '产业/养殖/水产',
  '村务/财务', '文化/戏曲', '安全/防灾', '产业/种植/粮食'];

export const me = (role: Me['role']): Me => ({
  role, who: role === 'operator' ? 'A' : role === 'office' ? 'office' : '',
  node: role === 'office' ? { name: '资兴市远教办', level: 'county', region: '431081', version: '0.1.0' }
    : { name: '兴宁镇岭脚村站', level: 'station', region: '431081101203', version: '0.1.0' },
  lang: 'zh', url: 'http://192.168.1.5:7433', secrets: { A: true, B: true, office: true },
  ...(role === 'office' ? { keys: { publisher: 'locked' as const } } : {}),
  ffmpeg: true, clock_good: true, now_s: 1795000000,
});

export const desk = (): Desk => ({
  transfers: [
    { id: lessonId(1), title: TITLES[1]!, btmh: 'aa01', progress: 0.43, bytes: 620 * MB, verified: 267 * MB, rate: 182000, way: 'swarm', peers: 2, carries: true, trouble: '',
      from: { uplink: 180 * MB, neighbour: 60 * MB, drive: 20 * MB, cache: 7 * MB } },
    { id: lessonId(2), title: TITLES[11]!, btmh: 'aa02', progress: 0.08, bytes: 1400 * MB, verified: 112 * MB, rate: 0, way: 'http', peers: 0, carries: false, trouble: 'nobody to ask is there',
      from: { uplink: 0, neighbour: 112 * MB, drive: 0, cache: 0 } },
  ],
  arrived: [{ id: lessonId(12), title: TITLES[3]!, bytes: 212 * MB, from: { uplink: 0, neighbour: 212 * MB, drive: 0, cache: 0 }, ago_s: 720 }],
  rates: { uplink_down: 120000, uplink_up: 9000, lan_down: 62000, lan_up: 210000 },
  lacking: [
    { id: lessonId(3), title: TITLES[10]!, bytes: 210 * MB, why: 'the line is closed until 22:00', due: '2026-11-25' },
    { id: lessonId(4), title: TITLES[5]!, bytes: 340 * MB, why: "this month's 20.0 GB are used up" },
    { id: lessonId(5), title: TITLES[7]!, bytes: 900 * MB, why: 'no room: it is taken by newer lessons and by what may not go' },
    { id: lessonId(6), title: TITLES[8]!, bytes: 80 * MB, why: 'nobody to ask is there' },
  ],
  lacking_total: 6,
  cache: { quota: 200 * GB, used: 183 * GB, free: 31 * GB, floor: GB,
    next: [{ title: TITLES[9]!, bytes: 700 * MB, why: 'withdrawn' }, { title: TITLES[3]!, bytes: 420 * MB, why: 'an earlier revision' }, { title: TITLES[6]!, bytes: 510 * MB, why: 'least useful' }],
    last: { at: 1794900000, what: 'deleted', title: '柑橘病虫害防治（2023版）', bytes: 380 * MB, why: 'expired' } },
  neighbours: [
    { name: '兴宁镇中心站', level: 'township', region: '431081101', heard_ago_s: 4, alive: true, url: 'http://192.168.1.2:7433', route: 'lan' },
    { name: '联坪村站', level: 'station', region: '431081101205', heard_ago_s: 8, alive: true, url: 'http://192.168.1.9:7433', route: 'lan' },
    { name: '资兴市远教办', level: 'county', region: '431081', heard_ago_s: 190, alive: false, url: 'http://10.0.0.1:7433', route: 'beyond' },
  ],
  drive: { now: null, last: { at: 1794990000, path: '/media/usb', drive: '兴宁一号', state: 'some_left', safe: true,
    in: [{ title: TITLES[0]!, bytes: 520 * MB, state: 'held' }, { title: TITLES[4]!, bytes: 300 * MB, state: 'held' }], in_bytes: 820 * MB,
    out: [], out_bytes: 0, left: [{ title: TITLES[7]!, bytes: 900 * MB, way: 'in', why: 'no_room' }], trouble: [] },
    plugged: [{ label: '兴宁一号', prepared: true, read_only: false, free: 21 * GB, total: 58 * GB }, { label: 'KINGSTON', prepared: false, read_only: false, free: 3 * GB, total: 15 * GB }] },
  limits: { rules: 2, rule: 'mon-fri 08:00-18:00 down 2M up 500K', down: 2e6, up: 5e5, lan_only: false, cap: 20 * GB, reserve: 2 * GB, spent: 7 * GB, month: '2026-11', closed: '', closed_first: '', waiting: 0 },
  trust: { root: 2, trust: 14, age_s: 9 * 86400, logs: [
    { origin: 'zixing.example/431081/lessons', office: '资兴市', age_s: 2 * 86400, forked: false, ended: false },
    { origin: 'xingning.example/431081101/lessons', office: '兴宁镇', age_s: 41 * 86400, at_least: true, forked: false, ended: false },
    { origin: 'hunan.example/43/lessons', office: '湖南省', age_s: 86400, forked: true, ended: false },
    { origin: 'old.example/431081/lessons', office: '资兴市（旧）', age_s: null, forked: false, ended: true }] },
  health: { uptime_s: 8 * 86400 + 5000, engine: { state: 'running', in_a_row: 0, last_end: '' }, cage: { user: { in_force: true, why: '' }, files: { in_force: true, why: '' }, calls: { in_force: false, why: 'processor' }, connections: { in_force: true, why: '' } },
    disk_free: 31 * GB, disk_total: 220 * GB, memory_rss: 61 * MB, load1: 0.42, temperature: 58, clock_good: true, power_on_hours: 21400, version: '0.1.0', lag_worst_ms: 34 },
  lessons: { held: 412, wanted: 6, known: 902, bytes: 183 * GB },
});

export const conf = (): Conf => ({ quota: '200G', floor: '', limit: ['mon-fri 08:00-18:00 down 2M up 500K', '* 22:00-06:00 down max', '* 00:00-24:00 down 8M'], cap: '20G', 'cap-reserve': '2G', 'lan-only': false });

export const lessons = (): NodeLesson[] => TITLES.map((title, i) => ({
  id: lessonId(i + 1), rev: 1, title, topic: TOPICS[i]!, region: i % 2 ? '431081101' : '431081', bytes: (60 + 71 * i) * MB, seconds: 900 + 137 * i, date: `2026-0${1 + (i % 9)}-1${i % 9}`,
  state: i === 1 ? 'fetching' : i === 5 ? 'wanted' : i === 7 ? 'known' : 'held', progress: i === 1 ? 0.43 : i === 5 || i === 7 ? 0 : 1, pinned: i === 0,
  ...(i === 5 ? { due: '2026-11-25' } : {}),
}));

export const rules = (): Rule[] => [{ n: 1, topic: '产业', exclude: false }, { n: 2, region: '431081', exclude: false }, { n: 3, topic: '文化/戏曲', exclude: true }];

export const withdrawals = (): Withdrawal[] => [{ id: lessonId(10), title: TITLES[9]!, reason: '版权到期', confirmed: 61, heard: 66,
  missing: [{ name: '岭脚村站', region: '431081101203', code: '7m4k-x2pa', heard_ago_s: 41 * 86400 }, { name: '联坪村站', region: '431081101205', code: 'k3f9-w2aa', heard_ago_s: -1 }] }];

export const stations = (): Station[] => [
  { code: '7m4k-x2pa', name: '岭脚村站', region: '431081101203', state: 'enrolled', heard_s: 1794990000 },
  { code: 'k3f9-w2aa', name: '联坪村站', region: '431081101205', state: 'enrolled', heard_s: 1791000000 },
  { code: 'p7c2-q9dd', name: '新来的盒子', region: '431081102201', state: 'heard of', heard_s: 1794999000, level: 'station' },
  { code: 'z0aa-11bc', name: '旧站', region: '431081101204', state: 'ended' }];

const part = (path: string, kind: Part['kind'], type: string): Part => ({ path, name: path, title: '', bytes: 3e6, kind, type, url: `/api/drafts/00000000000000a3/preview/aa/${encodeURIComponent(path)}`, available: 1, on_drive: false });

export const drafts = (): Draft[] => [
  { id: '00000000000000a1', state: 'open', fields: { title: '黑山羊春季防疫', topic: '产业/养殖/黑山羊', region: '431081', lang: 'zh-CN', date: '2026-11-22', summary: '' },
    files: [{ name: '黑山羊春季防疫.mp4', bytes: 734 * MB, received: 310 * MB, kind: 'video' }, { name: '讲义.pdf', bytes: 2 * MB, received: 2 * MB, kind: 'document' }],
    renditions: ['480p', 'original'], as_is: false, work: null, checks: [], needs_approval: true, made_by: '李梅', changed_s: 1794999000 },
  { id: '00000000000000a2', state: 'preparing', fields: { title: '甜玉米高产栽培', topic: '产业/种植/粮食', region: '431081101', lang: 'zh-CN', date: '2026-11-20' },
    files: [{ name: '甜玉米.wmv', bytes: 512 * MB, received: 512 * MB, kind: 'video' }], renditions: ['480p', 'original'], as_is: false,
    work: { step: 'converting', file: '甜玉米.wmv', done: 201 * MB, total: 512 * MB, left_s: 840 }, checks: [], needs_approval: true, made_by: 'office', changed_s: 1794998000 },
  { id: '00000000000000a3', state: 'waiting', fields: { title: '狗脑贡茶的采摘与炒制', topic: '产业/种植/茶叶', region: '431081', lang: 'zh-CN', date: '2026-11-18', summary: '从采青到炒制的全过程。' },
    files: [{ name: '01 采摘.mp4', bytes: 412 * MB, received: 412 * MB, kind: 'video' }, { name: '02 炒制.avi', bytes: 312 * MB, received: 312 * MB, kind: 'video' }, { name: '02 炒制.srt', bytes: 20000, received: 20000, kind: 'subtitle' }],
    renditions: ['480p', 'original'], as_is: false, work: null,
    checks: [{ file: '01 采摘.mp4', what: 'index-moved', ok: true, text: 'its index was moved to the front, without loss' }, { file: '02 炒制.avi', what: 'converted', ok: true, text: 'was converted, so that it plays', detail: 'mpeg4 720x576' },
      { file: '02 炒制.srt', what: 'subtitles', ok: true, text: 'subtitles: made fit for browsers and TVs', detail: 'GB18030' }, { file: '01 采摘.mp4', what: 'leveled', ok: true, text: 'its loudness was leveled' }, { file: '旧字幕.sub', what: 'subtitles-bad', ok: false, text: 'subtitles that cannot be read, left as they are' }],
    needs_approval: true, made_by: '李梅', changed_s: 1794997000, digest: 'd1', preview: { bytes: 724 * MB, files: 3, seconds: 1560, parts: [
      part('01 采摘.mp4', 'video', 'video/mp4'), part('02 炒制.mp4', 'video', 'video/mp4'), { ...part('02 炒制.vtt', 'subtitle', 'text/vtt'), for: '02 炒制.mp4', lang: 'zh-CN' }, part('讲义.pdf', 'document', 'application/pdf')],
      also: [{ as: '480p', btmh: 'bb', bytes: 210 * MB, parts: [part('01 采摘.mp4', 'video', 'video/mp4')] }] } },
  { id: '00000000000000a4', state: 'failed', fields: { title: '防汛演练', topic: '安全/防灾', region: '431081' }, files: [{ name: 'VTS_01.rmvb', bytes: 90 * MB, received: 90 * MB, kind: 'video'} ],
    renditions: ['480p', 'original'], as_is: false, work: null, checks: [], needs_approval: false, made_by: 'office', trouble: { what: 'failed', text: 'VTS_01.rmvb: it is cut off in the middle' }, changed_s: 1794996000 }];

const TOWNS: [string, string, number][] = [['431081101', '兴宁镇', 29], ['431081102', '州门司镇', 14], ['431081103', '滁口镇', 11], ['431081104', '黄草镇', 12]];
export const coverage = (): Coverage => {
  const nodes: Coverage['nodes'] = TOWNS.flatMap(([region, name, all], town) => Array.from({ length: all }, (_, i) => ({
    code: `c${town}${i}`, name: `${name.slice(0, 2)}${i + 1}村`, region: `${region}${String(201 + i)}`,
    state: ((i + town) % 7 === 3 ? 'wanted' : (i + town) % 5 === 2 ? 'partial' : (i + town) % 11 === 9 ? 'none' : 'held') as Coverage['nodes'][number]['state'], heard_ago_s: (i + town) % 9 === 4 ? -1 : (i + 1) * 4000 })));
  const of = (state: string) => nodes.filter((n) => n.state === state && n.heard_ago_s >= 0).length;
  return { stations: nodes.length, heard: nodes.filter((n) => n.heard_ago_s >= 0).length, held: of('held'), partial: of('partial'), wanted: of('wanted'), unheard: nodes.filter((n) => n.heard_ago_s < 0).length,
    by_place: TOWNS.map(([region, name]) => { const here = nodes.filter((n) => n.region.startsWith(region)); return { region, name,
      held: here.filter((n) => n.state === 'held' && n.heard_ago_s >= 0).length, partial: here.filter((n) => n.state === 'partial' && n.heard_ago_s >= 0).length, heard: here.filter((n) => n.heard_ago_s >= 0).length, all: here.length }; }), nodes };
};
export const covered = () => lessons().slice(0, 8).map((l, i) => ({ id: l.id, title: l.title, held: 61 - i * 7, heard: 62, all: 66 }));
