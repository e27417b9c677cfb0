import { useState } from 'preact/hooks';
import { ago, percent, size } from '../../lib/format';
import { useStore } from '../../lib/store';
import { Button } from '../../ui/Button';
import { Panel } from '../../ui/Card';
import { Progress } from '../../ui/Progress';
import { desk, me } from '../live';
import { conf, setConf } from '../node';
import { Facts, Item, Loading, useAct } from '../parts';
import { SizeField } from '../parts/SizeField';
import { t as all } from '../words';
import { said } from './said';
import { amount, bytes, written, type Amount } from './sizes';
import { t } from './words';

function Quota({ used }: { used: number }) {
  const [value, setValue] = useState<Amount | null>(null);
  const [busy, act] = useAct();
  if (!value)
    return <p class="actions"><Button icon="edit" busy={busy} data-key="quota" onClick={() => act(() => conf().then((c) => setValue(amount(c.quota))))}>{t('quotaSet')}</Button></p>;
  const next = written(value);
  const less = next ? (bytes(next) ?? 0) < used : false;
  return (
    <form class="short" onSubmit={(e) => {
      e.preventDefault();
      if (next !== null) void act(() => setConf({ quota: next }).then(() => setValue(null)), all('saved'));
    }}>
      <SizeField k="quota/n" label={t('quota')} value={value} onValue={setValue} help={less ? t('quotaLess') : t('quotaHelp')} problem={next === null ? t('sizeBad') : undefined} />
      <p class="actions">
        <Button kind="main" type="submit" busy={busy} disabled={next === null}>{all('save')}</Button>
        <Button onClick={() => setValue(null)}>{all('cancel')}</Button>
      </p>
    </form>
  );
}

export function Storage() {
  const now = useStore(desk)?.cache;
  const here = useStore(me);
  if (!now) return <Loading />;
  const whole = now.quota || now.used + now.free;
  const share = whole > 0 ? now.used / whole : 0;
  return (
    <>
      <h1>{all('storage')}</h1>
      <Panel>
        <p class="big-line">{t('usedOf', { used: size(now.used), all: size(whole), share: percent(Math.min(share, 1)) })}</p>
        <Progress value={share} label={t('used')} parts={[{ value: Math.min(share, 1), kind: share > 0.95 ? 'tight' : 'main' }]} />
        <Facts facts={[
          [t('quota'), now.quota ? size(now.quota) : t('quotaNone', { floor: size(now.floor) })],
          [t('used'), size(now.used)],
          [t('free'), size(now.free), now.free <= now.floor ? 'warn' : undefined],
          [t('floor'), size(now.floor)],
        ]} />
        {here && <Quota used={now.used} />}
      </Panel>
      <Panel title={t('nextTitle')}>
        {now.next.length === 0 ? <p class="soft">{t('nextNone')}</p> : (
          <>
            <p class="soft">{t('nextMore')}</p>
            <ol class="items numbered">
              {now.next.slice(0, 20).map((one, i) => (
                <Item key={i} k={`next/${i}`}><p class="title">{one.title}</p><p class="line"><span>{size(one.bytes)}</span><span>{said(one.why).text}</span></p></Item>
              ))}
            </ol>
          </>
        )}
      </Panel>
      <Panel title={t('lastTitle')}>
        {now.last && now.last.title
          ? <ul><Item class="bare" k="last"><strong>{now.last.title}</strong> · {size(now.last.bytes)} · {said(now.last.why).text}
              {here && now.last.at > 0 && here.clock_good && <span class="soft"> · {ago(Math.max(0, Date.now() / 1000 - now.last.at))}</span>}</Item></ul>
          : <p class="soft">{t('lastNone')}</p>}
      </Panel>
    </>
  );
}
