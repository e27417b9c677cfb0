import type { Part } from '../lib/api';
import { t } from './words';

// What a track of subtitles is called: its language; one that names none is
// what is spoken in the film, beside others, or simply there.
export function trackName(track: Pick<Part, 'lang'>, of: number): string {
  const lang = track.lang ?? '';
  return /^zh/i.test(lang) ? t('langZh') : /^en/i.test(lang) ? t('langEn') : lang || (of > 1 ? t('langOwn') : t('langNone'));
}
