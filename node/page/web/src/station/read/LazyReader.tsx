// The reader of handouts, fetched with pdf.js only where one is opened.
import type { Part } from '../../lib/api';
import { late, useLate } from '../../lib/late';
import { t } from '../words';
import type { ReaderProps } from './Reader';

const isPdf = (file: Part) => /\.pdf$/i.test(file.path);

// What the page shows by itself. Other handouts are for the programs of a
// phone or a PC, in a tab of their own; so are PDFs where pdf.js cannot run.
export const isReadHere = (file: Part) =>
  file.kind === 'picture' || (isPdf(file) && typeof Worker === 'function' && typeof ReadableStream === 'function');

const reader = late(() => import('./Reader').then((module) => module.Reader));

export function LazyReader(props: ReaderProps) {
  const Reader = useLate(reader, true, props.onFailed);
  return Reader ? <Reader {...props} /> : <div class="reader" data-focus-trap><p class="told" role="status">{t('loading')}</p></div>;
}
