// How minutes are counted (docs/formats-records.md), in words for who is
// counted and for who reads the month's report; and what a mark beside a play
// or a study says.
import { words } from './i18n';

export const t = words({
  title: { zh: '分钟是怎样算的', en: 'How minutes are counted' },
  ruleShown: {
    zh: '只算真正放出来的时间：在放、看得见、这一次还没有放过的内容。暂停不算，倒回去重放不算；快放慢放按实际过去的时间算，最多算到放过的长度。',
    en: 'Only time in which something was really shown: playing, in view, and not shown before in this same play. Pauses and parts shown again do not count; at other speeds the time that passed counts, at most the length that was shown.',
  },
  ruleReading: {
    zh: '看文档按停留的时间算；一页上 3 分钟没有按键、没有触摸，以后的不算。',
    en: 'Reading counts by the time spent on the pages, at most 3 minutes on a page without a key or a touch.',
  },
  ruleClock: {
    zh: '时间用机器自己的秒表量，调钟点不会多算，也不会少算。',
    en: 'Time is measured by the machine’s own stopwatch: setting its clock adds nothing and takes nothing away.',
  },
  ruleOnce: {
    zh: '同一站点几个屏幕同时放，站点的分钟只算一次，先算给大屏幕、集中学习和刷卡的人，再算给没有签到的手机；手机再多，一分钟也只是一分钟。同一张卡同时开几个，个人的分钟也只算一次；一次集中学习只有一个屏幕。',
    en: 'Several screens of a station at once count once for the station: for the screen, a study or a card first, then for phones at which nobody signed in. However many phones there are, a minute is a minute. Several plays of one card at once count once for the person, and a study has one screen.',
  },
  ruleKinds: {
    zh: '分四种：集中学习（有登记）、个性化学习（刷卡）、未登记（没有人签到，照算，单列一栏）、手工登记（卫星、光盘、请来的老师，由管理员填写）。',
    en: 'There are four kinds: collective study (with a register), personal study (by card), open (nobody signed in: counted, in a column of its own), and by hand (satellite, discs, a visiting teacher, entered by the operator).',
  },
  ruleNorm: {
    zh: '达标：一个月满 {norm} 分钟。四种都算，存疑的不算在达标里。',
    en: 'The norm is {norm} minutes a month. All four kinds make it; doubtful minutes do not.',
  },
  ruleDoubt: {
    zh: '存疑：空放、两个屏幕同时放、钟点跳动、重复上报。照样显示，不隐藏，但不计入达标。',
    en: 'Doubtful are plays to an empty room, on two screens at once, across a jump of the clock, or reported twice. They are shown, not hidden, and do not make the norm.',
  },
  ruleRound: { zh: '先把毫秒加起来，再舍去零头成为分钟。', en: 'Milliseconds are added up first, then rounded down to minutes.' },
  ruleMonth: {
    zh: '月份按北京时间。机器的钟不可信时，按前后可信的时间推定；推不定的列为“日期不明”，不算作零。',
    en: 'Months go by Beijing time. Where a machine’s clock cannot be trusted, the verified times around it decide; what they cannot decide is shown as “date uncertain”, never as zero.',
  },
  ruleSilent: {
    zh: '“零”是有消息、没有学习；“没有消息”是还没有听到，两者不同。',
    en: '“Zero” was heard from and studied nothing; “not heard from” is another thing.',
  },
  flags: { zh: '记号的意思', en: 'What the marks mean' },

  'flag-two-screens': { zh: '两个屏幕', en: 'two screens' },
  'more-two-screens': { zh: '同一时间另一个屏幕也在放，或者这次学习已经在另一个屏幕上放。存疑。', en: 'Another screen of the station was playing at the same time, or showed that study already. Doubtful.' },
  'flag-empty-room': { zh: '可能空放', en: 'empty room?' },
  'more-empty-room': { zh: '没有登记，两个多小时没有人按过键，一课接一课地放；这一段全部存疑。', en: 'No register, and no key pressed for more than two hours, one lesson after the other. Doubtful, all of it.' },
  'flag-clock-jump': { zh: '钟点跳动', en: 'clock jumped' },
  'more-clock-jump': { zh: '放的当中机器的钟点跳了。存疑。', en: 'The clock of the machine jumped meanwhile. Doubtful.' },
  'flag-replay': { zh: '重复上报', en: 'reported twice' },
  'more-replay': { zh: '同一次播放又报了一次，内容不一样。存疑。', en: 'The same play was reported again with other content. Doubtful.' },
  'flag-interrupted': { zh: '断过电', en: 'interrupted' },
  'more-interrupted': { zh: '当中停过电，接着算作一次。只是说明。', en: 'The power was cut meanwhile; it went on as one. Only a note.' },
  'flag-by-hand': { zh: '手工登记', en: 'by hand' },
  'more-by-hand': { zh: '由管理员手工填写，机器没有量过。只是说明。', en: 'Entered by the operator, not measured. Only a note.' },
  'flag-clock-unverified': { zh: '时间未核实', en: 'clock unverified' },
  'more-clock-unverified': { zh: '日期是机器自己说的，没有可信的时间核对。只是说明。', en: 'The date is what the machine said, with nothing to verify it. Only a note.' },
  'flag-forked': { zh: '记录有分叉', en: 'forked' },
  'more-forked': { zh: '站点的记录有两个版本，多半是从旧备份恢复过。请联系站点。', en: 'The station’s log has two histories; most likely it was restored from an old backup. Ask there.' },
});

export const RULES = ['ruleShown', 'ruleReading', 'ruleClock', 'ruleOnce', 'ruleKinds', 'ruleDoubt', 'ruleRound', 'ruleMonth', 'ruleSilent'] as const;
export const FLAGS = ['two-screens', 'empty-room', 'clock-jump', 'replay', 'interrupted', 'by-hand', 'clock-unverified', 'forked'] as const;
export type Flag = (typeof FLAGS)[number];

const DOUBTFUL: readonly string[] = ['two-screens', 'empty-room', 'clock-jump', 'replay'];

// Its minutes are counted and do not make the norm.
export const doubtful = (flags: readonly string[]) => flags.some((flag) => DOUBTFUL.includes(flag));

const known = (flag: string): flag is Flag => (FLAGS as readonly string[]).includes(flag);

// A mark in words; one of a newer node stands as it is.
export const flagText = (flag: string): string => (known(flag) ? t(`flag-${flag}`) : flag);
export const flagMore = (flag: string): string => (known(flag) ? t(`more-${flag}`) : '');
