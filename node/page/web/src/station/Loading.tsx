import type { Asked } from '../lib/ask';
import { explain } from '../lib/failures';
import { Button } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { t } from './words';

// What stands where an answer will be: the wait for it, or why it does not come.
export function Loading({ asked }: { asked: Asked<unknown> }) {
  if (!asked.failure) return <p class="loading" role="status">{t('loading')}</p>;
  return (
    <Empty icon="warn" title={explain(asked.failure)}>
      <Button data-autofocus="" onClick={asked.again}>{t('tryAgain')}</Button>
    </Empty>
  );
}
