// Which of a lesson's files are played, and what goes with each.
import type { Lesson, Part } from '../../lib/api';
import { byNumber } from '../../lib/order';

export interface Version { as: string; parts: Part[]; films: Part[]; available: number }

const plays = (part: Part) => part.kind === 'video' || part.kind === 'audio';
const byPath = (a: Part, b: Part) => byNumber(a.path, b.path);

// All that could be played: the main payload ('') and its renditions.
export function versions(lesson: Pick<Lesson, 'parts' | 'also'>): Version[] {
  return [{ as: '', parts: lesson.parts }, ...(lesson.also ?? []).map(({ as, parts }) => ({ as, parts: parts ?? [] }))]
    .map(({ as, parts }) => {
      const films = parts.filter(plays).sort(byPath);
      const bytes = films.reduce((n, f) => n + f.bytes, 0);
      return { as, parts, films, available: bytes ? films.reduce((n, f) => n + f.available * f.bytes, 0) / bytes : 0 };
    })
    .filter((v) => v.films.length > 0);
}

// What is asked for; else what is here whole (a phone: the smallest of these,
// a TV: the first, which is the main one); else what is here most.
export function choose(all: readonly Version[], phone: boolean, as?: string): Version | undefined {
  const asked = as === undefined ? undefined : all.find((v) => v.as === as);
  if (asked) return asked;
  const whole = all.filter((v) => v.available >= 1);
  const weight = (v: Version) => v.films.reduce((n, f) => n + f.bytes, 0);
  if (whole.length) return phone ? whole.reduce((a, b) => (weight(b) < weight(a) ? b : a)) : whole[0];
  return all.reduce<Version | undefined>((a, b) => (!a || b.available > a.available ? b : a), undefined);
}

const stem = (path: string) => path.replace(/\.[^./]*$/, '');

// Subtitles of a film: those that say so, else those named as it is. WebVTT
// first; an SRT is left out where the same stands beside it as WebVTT.
export function subtitlesOf(film: Part, parts: readonly Part[]): Part[] {
  const mine = parts.filter((p) => p.kind === 'subtitle'
    && (p.for ? p.for === film.path : stem(p.path) === stem(film.path) || stem(stem(p.path)) === stem(film.path)));
  const vtt = mine.filter((p) => /\.vtt$/i.test(p.path));
  const srt = mine.filter((p) => /\.srt$/i.test(p.path) && !vtt.some((v) => stem(v.path) === stem(p.path)));
  return [...vtt, ...srt];
}

// As above; a rendition that brings none borrows those of the same film of
// the main version.
export function subtitlesFor(film: Part, version: Version, all: readonly Version[]): Part[] {
  const own = subtitlesOf(film, version.parts);
  const main = all.find((v) => v.as === '');
  const same = main?.films[version.films.indexOf(film)];
  return own.length || !main || !same ? own : subtitlesOf(same, main.parts);
}

// The one to begin with: in the page's language; else one that names none,
// which is what is spoken; else the first.
export function usualSubtitles(tracks: readonly Part[], page: string): number {
  const at = (wanted: string) => tracks.findIndex((s) => (s.lang ?? '').slice(0, 2).toLowerCase() === wanted);
  return Math.max(0, at(page) >= 0 ? at(page) : at(''));
}

// What there is to read and to look at: of the main payload, or of the first
// rendition while nothing of the main one is known here.
export function documents(lesson: Pick<Lesson, 'parts' | 'also'>): Part[] {
  const parts = lesson.parts.length ? lesson.parts : lesson.also?.find((a) => a.parts?.length)?.parts ?? [];
  return parts.filter((p) => p.kind === 'document' || p.kind === 'picture').sort(byPath);
}

// The next lesson of the series, after this one.
export function nextLesson(lesson: Pick<Lesson, 'id' | 'series' | 'series_lessons'>) {
  const all = [...(lesson.series_lessons ?? [])].sort((a, b) => (a.series?.n ?? 0) - (b.series?.n ?? 0));
  const n = lesson.series?.n;
  return n ? all.find((l) => l.id !== lesson.id && (l.series?.n ?? 0) > n && !l.withdrawn) : undefined;
}
