import { Button } from '../ui/Button';
import { HEADS_MOST } from './api';
import { t } from './words';

export const within = (n: number) => Math.max(0, Math.min(HEADS_MOST, n));

// How many people are here, by a remote control's few keys.
// `first`: the focus begins here.
export function Heads({ value, onValue, first }: { value: number; onValue: (n: number) => void; first?: boolean }) {
  const by = (n: number) => onValue(within(value + n));
  return (
    <div class="heads" role="group" aria-label={t('heads')}>
      <span class="heads-label">{t('heads')}</span>
      <Button data-key="heads/less" aria-label={t('fewer')} disabled={value === 0} onClick={() => by(-1)}>−</Button>
      <output class="heads-n" aria-live="polite">{value}</output>
      <Button data-key="heads/more" aria-label={t('more')} data-autofocus={first ? '' : undefined} onClick={() => by(1)}>+</Button>
      <Button data-key="heads/more10" onClick={() => by(10)}>+10</Button>
    </div>
  );
}
