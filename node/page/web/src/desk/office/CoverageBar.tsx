import type { Covered } from '../node';
import { bar } from './coverage';
import { t } from './words';

// How many of all stations hold a lesson: in words, and as a bar.
export function CoverageBar({ of }: { of: Covered }) {
  if (of.all <= 0) return <p class="soft">{t('heldNobody')}</p>;
  const share = bar(of);
  const held = Math.min(of.held, of.all);
  return (
    <div class="covered">
      <div class="progress" role="img" aria-label={t('barLabel', { title: of.title, held, rest: Math.max(0, of.heard - held), unheard: Math.max(0, of.all - of.heard) })}>
        <span class="share cell-held" style={{ width: `${share.held * 100}%` }} />
        <span class="share cell-none" style={{ width: `${share.heard * 100}%` }} />
        <span class="share cell-unheard" style={{ width: `${share.unheard * 100}%` }} />
      </div>
      <span class="text">{t('heldBy', { held, all: of.all })}</span>
    </div>
  );
}
