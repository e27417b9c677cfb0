// What is shown of a lesson's state: of the node's words and what is arriving.
import type { Arriving, Card } from '../lib/api';
import { percent } from '../lib/format';
import { t } from './words';

export type Shown = 'here' | 'arriving' | 'waiting' | 'away' | 'refused' | 'withdrawn';

export function shownState(card: Pick<Card, 'id' | 'state' | 'progress' | 'withdrawn'>, arriving: Record<string, Arriving>): Shown {
  if (card.withdrawn || card.state === 'withdrawn') return 'withdrawn';
  if (card.state === 'held') return 'here';
  if (card.state === 'refused') return 'refused';
  if (arriving[card.id] || card.state === 'fetching' || card.progress > 0) return 'arriving';
  return card.state === 'wanted' ? 'waiting' : 'away';
}

export const progressOf = (card: Pick<Card, 'id' | 'progress'>, arriving: Record<string, Arriving>) =>
  arriving[card.id]?.progress ?? card.progress ?? 0;

export function stateText(shown: Shown, progress: number): string {
  switch (shown) {
    case 'arriving': return t('stateArriving', { share: percent(progress) });
    case 'waiting': return t('stateWaiting');
    case 'away': return t('stateAway');
    case 'refused': return t('stateRefused');
    case 'withdrawn': return t('stateWithdrawn');
    default: return '';
  }
}
