// While somebody is being forgotten, and that takes more than a moment.
import { number } from '../../../lib/format';
import { useStore } from '../../../lib/store';
import { forgetting } from '../../live';
import { t } from './words';

export function Looking() {
  const { looked, share } = useStore(forgetting);
  return looked === undefined ? null
    : <p class="soft" role="status" data-key="forget/looking">{t('looking', { n: number(looked), share: Math.floor((share ?? 0) * 100) })}</p>;
}
