import { useEffect, useState } from 'preact/hooks';
import { changed } from '../../lib/ask';
import { explain } from '../../lib/failures';
import { ago } from '../../lib/format';
import { useStore } from '../../lib/store';
import { Button } from '../../ui/Button';
import { Panel } from '../../ui/Card';
import { Empty } from '../../ui/Empty';
import { TextField } from '../../ui/Field';
import { toast } from '../../ui/Toast';
import { heard, me } from '../live';
import { verb, type Station } from '../node';
import { Confirm, Item, Loading, useMore } from '../parts';
import { t as all } from '../words';
import { useSigning } from './publishing';
import { KeyLine } from './Unlock';
import { t } from './words';

const RANK: Record<string, number> = { 'heard of': 0, enrolled: 1, ended: 2 };

// "7M4K x2pa" -> "7m4k-x2pa"; null where it is no code.
export function codeOf(text: string): string | null {
  const plain = text.toLowerCase().replace(/[^a-z0-9]/g, '');
  return plain.length === 8 ? `${plain.slice(0, 4)}-${plain.slice(4)}` : null;
}

export function Stations() {
  const [list, setList] = useState<Station[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [code, setCode] = useState('');
  const [name, setName] = useState('');
  const [tried, setTried] = useState(false);
  const [sure, setSure] = useState<Station | null>(null);
  const when = useStore(changed);
  const said = useStore(heard);
  const here = useStore(me);
  const signing = useSigning();
  const load = () => verb<Station[]>('station-list').then(setList, setFailure);
  useEffect(() => { void load(); }, [when, said]);
  const sorted = (list ?? []).slice().sort((a, b) => (RANK[a.state] ?? 3) - (RANK[b.state] ?? 3) || (a.region < b.region ? -1 : 1));
  const [shown, more] = useMore(sorted, 60);

  const accept = (what: string, called = '') => signing.sign((alone) => verb('station-accept', { code: what, ...(called ? { name: called } : {}), ...(alone ? { alone } : {}) }), () => {
    toast(t('accepted', { name: called || what }));
    setCode('');
    setName('');
    setTried(false);
    void load();
  }, (failure) => (failure.status === 'not_found' ? t('acceptUnheard', { code: what }) : null));

  return (
    <>
      <h1>{all('stations')}</h1>
      <p class="lead">{t('stationsLead')}</p>
      <KeyLine />
      <Panel title={t('acceptTitle')} class="narrow-panel">
        <form onSubmit={(e) => {
          e.preventDefault();
          setTried(true);
          const good = codeOf(code);
          if (good) accept(good, name.trim());
        }}>
          <div class="two">
            <TextField label={t('code')} help={t('codeHelp')} problem={tried && !codeOf(code) ? t('codeBad') : undefined} value={code} maxLength={12} autocapitalize="off" autocomplete="off"
              data-key="station/code" onText={setCode} />
            <TextField label={t('stationName')} value={name} maxLength={60} data-key="station/name" onText={setName} />
          </div>
          <Button kind="main" type="submit" icon="ok" busy={signing.busy} data-key="station/accept">{t('accept')}</Button>
        </form>
      </Panel>
      {!list ? (failure ? <p class="problem" role="alert">{explain(failure)}</p> : <Loading />) : list.length === 0 ? <Empty icon="place" title={t('stationsNone')} /> : (
        <ul class="items">
          {shown.map((one) => (
            <Item key={one.code} press class="row-item">
              <div>
                <p class="title">{one.name || one.code}<span class={`tag ${one.state === 'enrolled' ? 'ok' : one.state === 'ended' ? '' : 'warn'}`}>{t.has(`st_${one.state}`) ? t(`st_${one.state}` as 'st_enrolled') : one.state}</span></p>
                <p class="line soft"><code>{one.code}</code><span>{one.region}</span>
                  {!!one.heard_s && here && <span>{t('heardAgo', { ago: ago(Math.max(0, here.now_s - one.heard_s)) })}</span>}</p>
              </div>
              {one.state === 'heard of' && <Button icon="ok" busy={signing.busy} data-key={`accept/${one.code}`} onClick={() => accept(one.code, one.name)}>{t('accept')}</Button>}
              {one.state === 'enrolled' && <Button icon="close" data-key={`end/${one.code}`} onClick={() => setSure(one)}>{t('end')}</Button>}
            </Item>
          ))}
        </ul>
      )}
      {more}
      {signing.dialogs}
      {sure && (
        <Confirm title={t('endSure', { name: sure.name || sure.code })} yes={t('end')} danger onClose={() => setSure(null)}
          onYes={() => signing.sign((alone) => verb('station-end', { code: sure.code, ...(alone ? { alone } : {}) }), () => { toast(t('ended')); void load(); })}>
          <p>{t('endMore')}</p>
        </Confirm>
      )}
    </>
  );
}
