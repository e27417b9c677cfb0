// What stations say of themselves is asked for again when they have said more.
import { useEffect } from 'preact/hooks';
import { useAsk, type Asked } from '../../lib/ask';
import { useStore } from '../../lib/store';
import { heard } from '../live';

export function useAskHeard<T>(path: string | null): Asked<T> {
  const asked = useAsk<T>(path);
  const n = useStore(heard);
  useEffect(() => { if (n > 0) asked.again(); }, [n]);
  return asked;
}
