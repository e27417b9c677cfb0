// What an office is about to publish, shown as a station shows it; the code is
// fetched only where that is asked for.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

interface Props { id: string; part?: number; as?: string }

let loaded: ComponentType<Props> | null = null;

export function LazyDraft(props: Props) {
  const [Page, setPage] = useState<ComponentType<Props> | null>(() => loaded);
  useEffect(() => {
    if (!loaded)
      import('./DraftPage').then((module) => {
        loaded = module.DraftPage;
        setPage(() => loaded);
      });
  }, []);
  return Page ? <Page {...props} /> : null;
}
