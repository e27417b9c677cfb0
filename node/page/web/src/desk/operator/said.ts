// Sentences of the node, which speaks English to programs, in words for who
// stands at the desk, with what can be done. Those of node/cli/trouble.c,
// catalog/want.c, node/evict.c and catalog/journal.c all stand here (a test
// compares); what is said elsewhere is in desk/sentences.ts.
import { size } from '../../lib/format';
import { fill, language, type Text } from '../../lib/i18n';
import { sentence } from '../sentences';
import { DAYS } from './rules';
import { t } from './words';

interface Known extends Text { said: string; advice?: Advice }
type Advice = 'limits' | 'open' | 'wait' | 'line' | 'drive' | 'storage' | 'pin' | 'office' | 'cap';

const KNOWN: Known[] = [
  { said: 'the line is closed until {at}', zh: '现在是不用外网的时段，{at} 再开始接收', en: 'The line is closed at this hour; it goes on at {at}', advice: 'limits' },
  { said: 'the line is closed at all hours', zh: '规定里所有时段都不用外网', en: 'The line is closed at all hours', advice: 'open' },
  { said: 'the line is closed by every limit, and the clock is not set', zh: '机器时间不准，按规定又都不能用外网', en: 'The clock is not set, and every rule closes the line', advice: 'open' },
  { said: "this month's {size} are used up", zh: '本月的流量 {size} 已用完', en: 'This month’s {size} are used up', advice: 'cap' },
  { said: "this month's {size} are used up; the rest is kept for what is due", zh: '本月的流量 {size} 已用完，剩下的留给急用的课', en: 'This month’s {size} are used up; the rest is kept for what is due', advice: 'cap' },
  { said: 'only the LAN is used here (lan-only)', zh: '本站设为只用局域网，不从外网接收', en: 'This node uses the LAN only, nothing from beyond', advice: 'drive' },
  { said: 'nobody to ask is there', zh: '现在找不到有这一课的机器', en: 'Nobody who has this lesson can be reached now', advice: 'line' },
  { said: 'no room: it is taken by newer lessons and by what may not go', zh: '空间不够，被更新的课和不能删的课占着', en: 'There is no room: newer lessons and what may not go take it', advice: 'storage' },
  { said: 'no room: {size} lack below the quota of {limit}, and nothing older may go', zh: '空间限额 {limit} 不够，还差 {size}；已有的课没有可以删的', en: 'There is no room: {size} lack below the limit of {limit}, and nothing older may go', advice: 'storage' },
  { said: 'no room: {size} lack below the quota of {limit}', zh: '空间限额 {limit} 不够，还差 {size}', en: 'There is no room: {size} lack below the limit of {limit}', advice: 'storage' },
  { said: 'no room: {size} lack above the {limit} of disk that stay free, and nothing older may go', zh: '磁盘要留出 {limit}，还差 {size}；已有的课没有可以删的', en: 'There is no room: {size} lack above the {limit} of disk that stay free, and nothing older may go', advice: 'storage' },
  { said: 'no room: {size} lack above the {limit} of disk that stay free', zh: '磁盘要留出 {limit}，还差 {size}', en: 'There is no room: {size} lack above the {limit} of disk that stay free', advice: 'storage' },
  { said: 'too much is being fetched: ask again', zh: '同时在接收的太多，排着队', en: 'Too much is being fetched: it waits', advice: 'wait' },
  { said: 'the engine wrote pieces that do not verify', zh: '收到的数据核对不上，正在重新接收', en: 'What came was not what was signed; it is fetched again', advice: 'wait' },
  { said: '{what} (HTTP 0)', zh: '有这一课的机器现在连不上', en: 'Nobody who has this lesson answers now', advice: 'line' },
  { said: '{what} (HTTP {code})', zh: '对方没有给（HTTP {code}），会自动再试', en: 'It was not given ({what}, HTTP {code})', advice: 'wait' },
  { said: 'expired: it comes only when it is pinned, wanted by a day or asked for', zh: '已过期，不再自动接收', en: 'It is out of date and comes only when it is asked for', advice: 'pin' },
  { said: '{who} gives pieces to nodes it knows only: the office is to accept the code of this one', zh: '{who} 只给登记过的站点，请办公室接纳本站的代码', en: '{who} gives only to stations it knows: ask the office to accept the code of this one', advice: 'office' },
  { said: '{who} took the proof of which node this is for a bad one: something between alters it, or one of the two programs is old', zh: '{who} 认不出本站：可能中间有设备改动了数据，或有一方程序太旧', en: '{who} does not recognise this station: something between alters it, or one of the programs is old', advice: 'office' },
  { said: '{who} does not know the address by which it was reached: its url is to name it, unless somebody stands between', zh: '{who} 的网址没有设对，请告诉它的技术员', en: 'The address of {who} is not set right: tell its technician', advice: 'office' },
  { said: '{who} got no proof of which node this is in time: it is asked again', zh: '{who} 没有及时回应，会自动再试', en: '{who} did not answer in time; it is tried again', advice: 'wait' },
  { said: 'the disk is full', zh: '磁盘满了', en: 'The disk is full', advice: 'storage' },

  { said: 'a drive is bringing it', zh: 'U盘正在送来', en: 'A drive is bringing it', advice: 'wait' },
  { said: 'it was asked for, and nothing has come yet', zh: '已经去要了，还没有来', en: 'It was asked for, and nothing has come yet', advice: 'wait' },
  { said: 'others come first', zh: '排着队，前面还有别的课', en: 'It waits in line: others come first', advice: 'wait' },

  { said: 'not for this place', zh: '不属于本地范围', en: 'Not for this place' },
  { said: 'withdrawn', zh: '已被撤回', en: 'Withdrawn' },
  { said: 'dropped here', zh: '在本站删除的', en: 'Dropped here' },
  { said: 'pinned here', zh: '本站指定保留', en: 'Kept here on request' },
  { said: 'excluded by a subscription', zh: '订阅里排除的', en: 'Excluded by a subscription' },
  { said: 'subscribed', zh: '订阅的内容', en: 'Subscribed' },
  { said: 'for this place', zh: '本地的课', en: 'For this place' },
  { said: 'for a place below', zh: '下面站点要的课', en: 'For a place below' },

  { said: 'stays', zh: '保留', en: 'Stays' },
  { said: 'expired', zh: '已过期', en: 'Out of date' },
  { said: 'an earlier revision', zh: '旧版本', en: 'An earlier version' },
  { said: 'not wanted here any more', zh: '本站不再需要', en: 'Not wanted here any more' },
  { said: 'least useful', zh: '最少用到的', en: 'Used least' },
  { said: 'deleted', zh: '已删除', en: 'Deleted' },
  { said: 'damaged', zh: '已损坏', en: 'Damaged' },
  { said: 'repaired', zh: '已修好', en: 'Repaired' },
];

// What the node finds wrong with a table of lessons (node/lesson_table.c,
// node/page/page_list.c).
const TABLE: Known[] = [
  { said: "there is no '{file}'", zh: '没有这个文件：{file}', en: 'There is no file {file}' },
  { said: "there is no folder '{folder}': the files of a list are put there", zh: '没有文件夹 {folder}，请先建好，把视频放进去', en: 'There is no folder {folder}: make it and put the films there' },
  { said: 'no file', zh: '没有填文件', en: 'No file is named' },
  { said: 'title: one line of 1 to {n} bytes is wanted', zh: '标题没有填，或者太长', en: 'The title is missing or too long' },
  { said: "topic: '{topic}' is no path of words joined by '/', like 产业/养殖/黑山羊", zh: '主题“{topic}”要写成 产业/养殖/黑山羊 这样', en: 'The topic “{topic}” is to be like 产业/养殖/黑山羊' },
  { said: "region: '{code}' is no code of 2, 4, 6, 9 or 12 digits", zh: '地区代码“{code}”要 2、4、6、9 或 12 位数字', en: 'The place “{code}” is no code of 2, 4, 6, 9 or 12 digits' },
  { said: "date: '{day}' is no day like 2026-11-21", zh: '日期“{day}”要写成 2026-11-21 这样', en: 'The date “{day}” is to be like 2026-11-21' },
  { said: "expires: '{day}' is no day like 2026-11-21", zh: '到期日“{day}”要写成 2026-11-21 这样', en: 'The last day “{day}” is to be like 2026-11-21' },
  { said: 'a number without a series', zh: '填了集数，没有填系列', en: 'A number without a series' },
  { said: "number: '{n}' is no number", zh: '集数“{n}”不是数', en: '“{n}” is no number' },
];

const SPLIT = KNOWN.concat(TABLE).map((known) => {
  const [head = '', ...rest] = known.said.split(/\{(\w+)\}/);
  const names = rest.filter((_, i) => i % 2 === 0);
  const between = rest.filter((_, i) => i % 2 === 1);
  return { known, head, names, between };
});

// "mon 22:00", as the node says when a line opens.
function when(at: string): string {
  const day = DAYS.indexOf(at.slice(0, 3) as 'mon');
  return day < 0 ? at : `${t(`day${day}` as 'day0')} ${at.slice(4)}`;
}

// "8.39 MB", by 1000 as the node says sizes to programs, by 1024 as the pages do.
function sizeOf(text: string): string {
  const match = /^([\d.]+) (B|kB|MB|GB|TB)$/.exec(text);
  return match ? size(Number(match[1]) * 1000 ** ['B', 'kB', 'MB', 'GB', 'TB'].indexOf(match[2]!)) : text;
}

// What stands in the gaps of a sentence; null where it is another one.
function filled(text: string, head: string, names: readonly string[], between: readonly string[]): Record<string, string> | null {
  if (!text.startsWith(head)) return null;
  const values: Record<string, string> = {};
  let rest = text.slice(head.length);
  for (let i = 0; i < names.length; i++) {
    const after = between[i]!;
    const last = i === names.length - 1;
    const end = last ? (rest.endsWith(after) ? rest.length - after.length : -1) : rest.indexOf(after);
    if (end <= 0) return null;
    const value = rest.slice(0, end);
    values[names[i]!] = names[i] === 'at' ? when(value) : names[i] === 'size' || names[i] === 'limit' ? sizeOf(value) : value;
    rest = last ? '' : rest.slice(end + after.length);
  }
  return rest === '' ? values : null;
}

export interface Said { text: string; advice: string; page?: string }

const PAGE: Partial<Record<Advice, string>> = { limits: 'limits', open: 'limits', cap: 'limits', storage: 'storage', drive: 'drives', line: 'neighbours', pin: 'lessons' };

export function said(text: string): Said {
  for (const { known, head, names, between } of SPLIT) {
    const values = filled(text, head, names, between);
    if (!values) continue;
    return {
      text: fill(known, language.get(), values),
      advice: known.advice ? t(`advice_${known.advice}`) : '',
      ...(known.advice && PAGE[known.advice] ? { page: PAGE[known.advice] as string } : {}),
    };
  }
  return { text: sentence(text) ?? t('saidOther', { text }), advice: '' };
}

export const knownSentences = () => KNOWN.concat(TABLE).map((known) => known.said.replace(/\{\w+\}/g, '%s'));
