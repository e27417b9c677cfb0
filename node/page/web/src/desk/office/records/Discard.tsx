// Cards that are in no log yet are thrown away.
import { useState } from 'preact/hooks';
import { post } from '../../../lib/api';
import { Button } from '../../../ui/Button';
import { Confirm, useAct } from '../../parts';
import { t } from './words';

export function Discard({ job, n, stop }: { job: string; n: number; stop?: boolean }) {
  const [sure, setSure] = useState(false);
  const [busy, act] = useAct();
  const drop = () => void act(() => post('/api/cards/drop', { job }), t('discarded'));
  const what = t(stop ? 'drawingStop' : 'discard');
  return (
    <>
      <Button icon="trash" busy={busy} data-key="cards/discard" onClick={() => (stop ? drop() : setSure(true))}>{what}</Button>
      {sure && <Confirm title={t('discardSure', { n })} yes={what} danger onClose={() => setSure(false)} onYes={drop}><p>{t('discardMore')}</p></Confirm>}
    </>
  );
}
