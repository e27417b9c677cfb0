import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../../../lib/api';
import { useAsk } from '../../../lib/ask';
import { useStore } from '../../../lib/store';
import { Button } from '../../../ui/Button';
import { Panel } from '../../../ui/Card';
import { toast } from '../../../ui/Toast';
import { me } from '../../live';
import { Confirm, Facts, Loading, useAct } from '../../parts';
import { PrintOf, printedOn, usePaper } from '../../paper';
import { go } from '../../route';
import { useSigning } from '../publishing';
import { Table } from './Book';
import { Looking } from './Looking';
import { dayText, whenText } from './said';
import { personPath, type PersonRecords } from './types';
import { t } from './words';

const minutes = (ms: number | undefined) => (ms === undefined ? '' : Math.floor(ms / 60000));

function Recorded({ title, heads, rows }: { title: string; heads: string[]; rows: ComponentChildren[][] }) {
  return rows.length === 0 ? null : <Panel title={title}><Table heads={heads} rows={rows} /></Panel>;
}

function Deeds({ it, again }: { it: PersonRecords; again: () => void }) {
  const [sure, setSure] = useState<'end' | 'forget' | null>(null);
  const [busy, act] = useAct();
  const signing = useSigning();
  const name = it.name || t('cardOf', { tail: it.tail });
  return (
    <>
    <p class="actions no-print">
      <Button icon="document" data-key="person/print" onClick={() => print()}>{t('print')}</Button>
      {!it.ended && <Button icon="close" busy={signing.busy} data-key="person/end" onClick={() => setSure('end')}>{t('end')}</Button>}
      <Button kind="danger" icon="trash" busy={busy} data-key="person/forget" onClick={() => setSure('forget')}>{t('forget')}</Button>
      {sure === 'end' && (
        <Confirm title={t('endSure', { name })} yes={t('end')} danger onClose={() => setSure(null)}
          onYes={() => signing.sign((alone) => post('/api/cards/end', { cards: [it.card], ...(alone ? { alone } : {}) }), () => { toast(t('endDone')); again(); })}><p>{t('endMore')}</p></Confirm>
      )}
      {sure === 'forget' && (
        <Confirm title={t('forgetSure', { name })} yes={t('forget')} danger onClose={() => setSure(null)}
          onYes={() => void act(() => post('/api/cards/forget', { cards: [it.card] }), t('forgotten')).then((done) => { if (done !== undefined) go('cards'); })}><p>{t('forgetMore')}</p></Confirm>
      )}
      {signing.dialogs}
    </p>
    {busy && <Looking />}
    </>
  );
}

// All that is recorded of one person, to be shown to them.
export function PersonPage({ of: card }: { of: string }) {
  const who = useStore(me);
  const [office, nowS] = [who?.node.name ?? '', who?.now_s ?? 0];
  usePaper('portrait', '12mm', `${office} · ${printedOn(nowS)}`);
  const asked = useAsk<PersonRecords>(personPath(card));
  const it = asked.data;
  if (!it) return <Loading asked={asked} />;
  const { studies = [], personals = [], plays = [] } = it;
  return (
    <>
      <h1>{t('recordedOf', { name: it.name || t('cardOf', { tail: it.tail }) })}</h1>
      <PrintOf of={office} nowS={nowS} />
      <p class="lead">{t('recordedLead')}</p>
      <Panel>
        <Facts facts={[[t('person'), it.name || t('unnamed')], [t('placeOf'), it.place], [t('cardTail'), it.tail], [t('batch'), <code>{it.batch}</code>], [t('issuedOn'), it.issued_s ? dayText(it.issued_s) : ''],
          [t('cardState'), it.ended ? t('ended') : t('valid')], [t('totalMinutes'), minutes(it.total_ms)]]} />
        <Deeds it={it} again={asked.again} />
      </Panel>
      {studies.length + personals.length + plays.length === 0 && <p>{t('recordedNone')}</p>}
      <Recorded title={t('studiesOf')} heads={[t('began'), t('station'), t('heads'), t('minutesOf')]} rows={studies.map((one) => [whenText(one), one.station ?? '', one.heads ?? '', minutes(one.ms)])} />
      <Recorded title={t('personalsOf')} heads={[t('began'), t('station'), t('items'), t('minutesOf')]} rows={personals.map((one) => [whenText(one), one.station ?? '', one.plays ?? '', minutes(one.ms)])} />
      <Recorded title={t('playsOf')} heads={[t('began'), t('station'), t('content'), t('minutesOf')]} rows={plays.map((one) => [whenText(one), one.station ?? '', one.title ?? '', minutes(one.ms)])} />
    </>
  );
}
