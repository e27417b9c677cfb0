// The pages of study, fetched where one is opened.
import { late, useLate } from '../../lib/late';
import type { Route } from '../route';
import { t } from '../words';

interface Props { at: Route }

const pages = late(() => import('./Pages').then((module) => module.Pages));

export function LazyStudy(props: Props) {
  const Pages = useLate(pages);
  return Pages ? <Pages {...props} /> : <p class="loading" role="status">{t('loading')}</p>;
}
