import { useState } from 'preact/hooks';
import { Button } from '../../../ui/Button';
import { Panel } from '../../../ui/Card';
import { Empty } from '../../../ui/Empty';
import { toast } from '../../../ui/Toast';
import { Facts, Item, Loading, Notice } from '../../parts';
import { href } from '../../route';
import { sentence } from '../../sentences';
import { t as all } from '../../words';
import { useAskHeard } from '../heard';
import { UnlockDialog } from '../Unlock';
import type { RecordsState } from './types';
import { t } from './words';

function Locked({ onOpen }: { onOpen: () => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Notice kind="warn" icon="lock" title={t('recordsLocked')}>
      <p class="actions"><Button kind="main" icon="unlock" data-key="records/unlock" onClick={() => setOpen(true)}>{t('unlock')}</Button></p>
      {open && (
        <UnlockDialog title={t('unlockTitle')} more={t('unlockMore')} minutes={0} onClose={() => setOpen(false)} onDone={() => {
          setOpen(false);
          toast(t('unlocked'));
          onOpen();
        }} />
      )}
    </Notice>
  );
}

type Odd = NonNullable<RecordsState['odd']>[number];
const nameOf = (one: Odd) => one.name || one.station || one.code || '';

export function RecordsPage() {
  const asked = useAskHeard<RecordsState>('/api/records');
  const it = asked.data;
  if (!it) return <><h1>{all('records')}</h1><Loading asked={asked} /></>;
  if (it.office === false) return <><h1>{all('records')}</h1><Empty icon="lock" title={t('recordsNot')}><p>{t('recordsNotMore')}</p></Empty></>;
  const { strangers = [], odd = [], forked = [] } = it;
  return (
    <>
      <div class="heading"><h1>{all('records')}</h1><Button data-key="records/again" onClick={asked.again}>{t('refresh')}</Button></div>
      <p class="lead">{t('recordsLead')}</p>
      {it.locked ? <Locked onOpen={asked.again} /> : it.waiting === 0 && !it.unnamed && <Notice kind="ok" title={t('allCounted')} />}
      {it.unnamed && <Notice kind="bad" role="alert" title={t('recordsUnnamed')}>{t('recordsUnnamedMore')}</Notice>}
      {it.trouble && <Notice kind="bad" role="alert" title={t('recordsTrouble', { text: sentence(it.trouble) ?? it.trouble })} />}
      <Panel><Facts facts={[[t('waiting'), t('entries', { n: it.waiting }), it.waiting > 0 ? 'warn' : undefined], [t('imported'), t('entries', { n: it.imported })]]} /></Panel>
      {strangers.length > 0 && (
        <Panel title={t('strangers')}>
          <p class="soft">{t('strangersMore')}</p>
          <ul class="items flat">{strangers.map((one) => <Item key={one.code} class="bare"><p class="line">{one.name && <span>{one.name}</span>}<code>{one.code}</code>{one.entries !== undefined && <span>{t('entries', { n: one.entries })}</span>}</p></Item>)}</ul>
          <p class="actions"><a class="button" href={href('stations')} data-key="records/stations">{t('toStations')}</a></p>
        </Panel>
      )}
      {forked.length > 0 && (
        <Panel title={t('forkedTitle')}>
          <p class="soft">{t('do_forked')}</p>
          <ul class="items flat">{forked.map((one) => (typeof one === 'string' ? { code: one, name: '' } : one)).map((one) => <Item key={one.code} class="bare"><p class="line"><span>{one.name}</span><code>{one.code}</code></p></Item>)}</ul>
        </Panel>
      )}
      {odd.length > 0 && (
        <Panel title={t('odd')}>
          <p class="soft">{t('oddMore')}</p>
          {/* Why is the node's own word, for who looks into it. */}
          <ul class="items flat">{odd.map((one) => <Item key={`${nameOf(one)}/${one.entry}`} class="bare"><p class="line"><span>{nameOf(one)}</span><span>{t('oddEntry', { n: one.entry })}</span><code>{one.why}</code></p></Item>)}</ul>
        </Panel>
      )}
    </>
  );
}
