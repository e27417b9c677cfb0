import { ago, lasting, percent, rate, size } from '../../lib/format';
import { useStore } from '../../lib/store';
import { Panel } from '../../ui/Card';
import { Empty } from '../../ui/Empty';
import { LazyChart } from '../../ui/LazyChart';
import { Progress } from '../../ui/Progress';
import { desk, picture, pictured, screen } from '../live';
import { SOURCES, type Transfer } from '../node';
import { Item, Loading, useMore } from '../parts';
import { t as all } from '../words';
import { shares } from './rates';
import { said } from './said';
import { t } from './words';

// As bars and lines are drawn: colours that differ in brightness, too, and for
// who sees none of them, dashes here and patterns in the bars (desk.css).
const LOOK = {
  uplink: { color: '#1d4ed8', dash: [] },
  neighbour: { color: '#b45309', dash: [10, 4] },
  drive: { color: '#15803d', dash: [3, 3] },
  cache: { color: '#7e22ce', dash: [12, 3, 3, 3] },
};

export function Rates() {
  const again = useStore(pictured);
  const view = useStore(screen);
  const rem = view.rem ?? 16;
  const { times, rates } = picture.lines();
  const list = SOURCES.filter((s) => picture.lately(s) >= 1).map((s) => `${t(s)} ${rate(picture.lately(s))}`);
  return (
    <>
      <LazyChart key={again === 0 ? 'first' : 'live'} label={t('ratesLabel')} times={times} height={Math.round(rem * (view.view === 'phone' ? 10 : 11))} font={rem * 0.8}
        sayTime={(s) => (s === 0 ? t('now') : t('minutesAgo', { n: Math.round(-s / 60) }))}
        lines={SOURCES.map((s) => ({ label: t(s), values: rates[s], ...LOOK[s] }))} />
      <p class="rates-said">{t('ratesSaid', { list: list.join(' · ') || all('none') })}</p>
    </>
  );
}

function One({ it }: { it: Transfer }) {
  const part = shares(it);
  const from = SOURCES.filter((s) => it.from[s] > 0).map((s) => t('from', { source: t(s), size: size(it.from[s]) }));
  const left = it.rate > 0 ? (it.bytes - it.verified) / it.rate : 0;
  const trouble = it.trouble ? said(it.trouble) : null;
  const doing = it.way === 'torrent' ? t('wayTorrent') : it.way === 'salvage' ? t('waySalvage') : '';
  return (
    <Item k={`arriving/${it.btmh}`}>
      <p class="title">{it.title || it.btmh.slice(0, 8)}</p>
      <Progress value={it.progress} label={it.title} parts={SOURCES.map((s) => ({ value: part[s], kind: s, label: t(s) }))
        .concat(it.progress > 0 && from.length === 0 ? [{ value: it.progress, kind: 'cache', label: '' } as never] : [])} />
      <p class="line">
        {it.bytes > 0 && <span>{t('share', { share: percent(it.progress), done: size(it.verified), all: size(it.bytes) })}</span>}
        <span>{it.rate > 0 ? t('atRate', { rate: rate(it.rate) }) : doing || t('standing')}</span>
        {left > 0 && left < 30 * 86400 && <span>{t('left', { time: lasting(left) })}</span>}
        {it.peers > 0 && <span>{t('peers', { n: it.peers })}</span>}
        {it.carries && <span>{t('carriesHere')}</span>}
      </p>
      {from.length > 0 && <p class="soft">{t('fromOf', { list: from.join(' · ') })}</p>}
      {trouble && <p class="trouble">{trouble.text}{trouble.advice && t('stop')}{trouble.advice}</p>}
    </Item>
  );
}

export function Arriving() {
  const now = useStore(desk);
  const [shown, more] = useMore(now?.transfers ?? []);
  if (!now) return <Loading />;
  return (
    <>
      <h1>{all('arriving')}</h1>
      <Panel title={t('ratesNow')}>
        <Rates />
        {(now.rates.uplink_up >= 1024 || now.rates.lan_up >= 1024)
          && <p class="soft">{t('sending', { up: rate(now.rates.uplink_up), lan: rate(now.rates.lan_up) })}</p>}
      </Panel>
      {now.transfers.length === 0
        ? <Empty icon="ok" title={t('nothingArriving')}><p>{t('nothingMore')}</p></Empty>
        : <ul class="items transfers">{shown.map((it) => <One key={it.btmh || it.id} it={it} />)}</ul>}
      {more}
      {!!now.arrived?.length && (
        <Panel title={t('arrivedTitle')}>
          <ul>
            {now.arrived.map((it) => (
              <Item key={it.id} k={`arrived/${it.id}`} class="bare row-item">
                <p class="title">{it.title}</p>
                <p class="soft">{[size(it.bytes), SOURCES.filter((s) => it.from[s] > 0).map((s) => t('from', { source: t(s), size: size(it.from[s]) })).join(' · '), ago(it.ago_s)].filter(Boolean).join(' · ')}</p>
              </Item>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}
