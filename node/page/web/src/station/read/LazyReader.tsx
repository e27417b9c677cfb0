// The reader of handouts, fetched with pdf.js only where one is opened.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Part } from '../../lib/api';
import type { ReaderProps } from './Reader';

// What a TV shows by itself; other handouts are for a phone.
export const isReadHere = (file: Part) => file.kind === 'picture' || /\.pdf$/i.test(file.path);

let loaded: ComponentType<ReaderProps> | null = null;

export function LazyReader(props: ReaderProps) {
  const [Reader, setReader] = useState<ComponentType<ReaderProps> | null>(() => loaded);
  useEffect(() => {
    if (!loaded)
      import('./Reader').then((module) => {
        loaded = module.Reader;
        setReader(() => loaded);
      }, () => props.onFailed());
  }, []);
  return Reader ? <Reader {...props} /> : null;
}
