// What a study is, in a few lines: what was studied, since when, how long.
import type { ComponentChildren } from 'preact';
import { flagText } from '../lib/counting';
import { Icon } from '../ui/Icon';
import { minutes, type Study } from './api';
import { t } from './words';

export function StudyHead({ study, children }: { study: Study; children?: (lesson: { id: string; title: string }, i: number) => ComponentChildren }) {
  return (
    <div class="study-head">
      <ul class="lessons-of">
        {study.lessons.map((one, i) => (
          <li key={one.id} class="chosen-lesson"><Icon name="play" /><span class="title">{one.title}</span>{children?.(one, i)}</li>
        ))}
        {study.outside && (
          <li class="chosen-lesson"><Icon name="edit" /><span class="title">{t(study.outside.kind)} · {study.outside.title} · {t('byHand', { n: study.outside.minutes })}</span></li>
        )}
      </ul>
      <p class="soft facts-line">
        <span>{t('began', { began: study.began })}</span>
        <span>{t('counted', { n: minutes(study.ms) })}</span>
        <span>{t('headsN', { n: study.heads })}</span>
        {study.parts > 1 && <span>{t('parts', { n: study.parts })}</span>}
        {(study.flags ?? []).filter((flag) => flag !== 'interrupted' && flag !== 'by-hand').map((flag) => <span key={flag} class="mark">{flagText(flag)}</span>)}
      </p>
    </div>
  );
}
