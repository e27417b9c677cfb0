// What is said of a lesson: checked as the node will (catalog/lesson.h,
// proto/place.h), so that it is told while it is typed.
import type { Draft, Fields } from '../node';

export const TITLE_MAX = 200; // bytes of UTF-8, as all of these
export const SUMMARY_MAX = 2000;
export const TOPIC_MAX = 200;
const TOPIC_DEPTH = 8;

export type Problem = 'empty' | 'long' | 'topic' | 'region' | 'outside' | 'date' | 'before' | 'initials' | 'number';
export type Problems = Partial<Record<keyof Fields | 'number', Problem>>;

export function utf8(text: string): number {
  let n = 0;
  for (const letter of Array.from(text)) {
    const code = letter.codePointAt(0)!;
    n += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return n;
}

export const isRegion = (code: string) => /^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$/.test(code);

export function isDay(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!match) return false;
  const [y, m, d] = match.slice(1).map(Number) as [number, number, number];
  const day = new Date(Date.UTC(y, m - 1, d));
  return day.getUTCMonth() === m - 1 && day.getUTCDate() === d;
}

export function isTopic(topic: string): boolean {
  const parts = topic.split('/');
  return parts.length <= TOPIC_DEPTH && parts.every((part) => part !== '' && part === part.trim() && part !== '.' && part !== '..');
}

// `own`: the region of the office, which it publishes for.
export function check(fields: Fields, own: string): Problems {
  const problems: Problems = {};
  const title = (fields.title ?? '').trim();
  if (!title) problems.title = 'empty';
  else if (utf8(title) > TITLE_MAX) problems.title = 'long';
  const topic = fields.topic ?? '';
  if (!topic) problems.topic = 'empty';
  else if (utf8(topic) > TOPIC_MAX) problems.topic = 'long';
  else if (!isTopic(topic)) problems.topic = 'topic';
  const region = fields.region ?? '';
  if (region && !isRegion(region)) problems.region = 'region';
  else if (region && own && !region.startsWith(own)) problems.region = 'outside';
  if (utf8(fields.summary ?? '') > SUMMARY_MAX) problems.summary = 'long';
  if (fields.date && !isDay(fields.date)) problems.date = 'date';
  if (fields.expires && !isDay(fields.expires)) problems.expires = 'date';
  else if (fields.expires && fields.date && fields.expires < fields.date) problems.expires = 'before';
  if (fields.initials && !/^[a-z0-9]+$/.test(fields.initials)) problems.initials = 'initials';
  if (fields.series && utf8(fields.series.title) > TITLE_MAX) problems.series = 'long';
  return problems;
}

// Which step of the way comes next: what the page leads to.
export type Step = 'files' | 'fields' | 'prepare' | 'wait' | 'look' | 'approve' | 'publish' | 'done';

export function next(draft: Pick<Draft, 'state' | 'files' | 'needs_approval' | 'fields'>, problems: Problems, uploading: boolean): Step {
  switch (draft.state) {
    case 'published': return 'done';
    case 'preparing': case 'publishing': return 'wait';
    case 'waiting': return 'approve';
    default:
  }
  const words = Object.keys(problems).length === 0;
  const files = draft.files ?? [];
  const prepared = draft.state === 'ready' || draft.state === 'approved';
  if (!prepared && ((files.length === 0 && !draft.fields.revises) || uploading || files.some((file) => file.received < file.bytes))) return 'files';
  if (!words) return 'fields';
  if (!prepared) return 'prepare';
  return draft.needs_approval && draft.state !== 'approved' ? 'approve' : 'publish';
}

// From the name of a film: what its title might be.
export const titleOf = (name: string) => name.replace(/\.[A-Za-z0-9]{1,5}$/, '').replace(/[_\s]+/g, ' ').trim();

const FILMS = /\.(mp4|m4v|mov|mkv|avi|wmv|rm|rmvb|vob|mpg|mpeg|ts|flv|webm|3gp|asf)$/i;
export const isFilm = (name: string) => FILMS.test(name);

// Why a file cannot be taken, before a byte of it is sent.
export function fileProblem(file: { name: string; size: number }, here: readonly { name: string }[]): 'empty' | 'name' | 'case' | null {
  if (file.size === 0) return 'empty';
  if (/[<>:"/\\|?*\u0000-\u001f]/.test(file.name) || /[. ]$/.test(file.name) || file.name.startsWith('.') || utf8(file.name) > 240) return 'name';
  const low = file.name.toLowerCase();
  return here.some((other) => other.name !== file.name && other.name.toLowerCase() === low) ? 'case' : null;
}
