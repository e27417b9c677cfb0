// What an office is about to publish, shown as a station shows it; the code is
// fetched only where that is asked for.
import { late, useLate } from '../lib/late';

interface Props { id: string; part?: number; as?: string; read?: string }

const page = late(() => import('./DraftPage').then((module) => module.DraftPage));

export function LazyDraft(props: Props) {
  const Page = useLate(page);
  return Page ? <Page {...props} /> : null;
}
