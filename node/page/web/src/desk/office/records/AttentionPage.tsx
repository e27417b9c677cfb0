import { useAsk } from '../../../lib/ask';
import { date } from '../../../lib/format';
import { useStore } from '../../../lib/store';
import { Button } from '../../../ui/Button';
import { Panel } from '../../../ui/Card';
import { me } from '../../live';
import { Item, Loading, useMore } from '../../parts';
import { PrintOf, printedOn, usePaper } from '../../paper';
import { href } from '../../route';
import { t as all } from '../../words';
import { Downloads } from './ReportPage';
import { monthOf } from './month';
import { dayText } from './said';
import type { Attention, Look, Wish } from './types';
import { t } from './words';

const whyText = (why: string) => (t.has(`why_${why}`) ? t(`why_${why}` as 'why_silent') : why);
const doText = (why: string) => (t.has(`do_${why}`) ? t(`do_${why}` as 'do_silent') : '');

function One({ look, month }: { look: Look; month: string }) {
  const name = look.station || look.name || look.code || look.region;
  return (
    <Item press class="row-item" k={`look/${look.code ?? look.region}/${look.why}`}>
      <div class="look">
        <p class="title">{look.code && look.why !== 'stranger' ? <a href={href('station-book', `${look.code}/${month}`)}>{name}</a> : name}<span class="tag warn why">{whyText(look.why)}</span></p>
        <p class="line soft">{look.name && look.name !== name && <span>{look.name}</span>}{look.code && look.code !== name && <code>{look.code}</code>}{look.region && look.region !== name && <code>{look.region}</code>}{!!look.since_s && <span>{t('sinceDate', { date: dayText(look.since_s) })}</span>}</p>
        {/* What a station wrote itself; the node's own words are in ours already. */}
        {look.why === 'fault' && look.text && <p class="as-written">{look.text}</p>}
        {doText(look.why) && <p>{doText(look.why)}</p>}
      </div>
    </Item>
  );
}

function Looks({ title, looks, month }: { title: string; looks: readonly Look[]; month: string }) {
  const [shown, more] = useMore(looks, 60);
  return (
    <Panel title={title}>
      {looks.length === 0 ? <p>{t('attentionNone')}</p> : <ul class="items flat">{shown.map((look, i) => <One key={i} look={look} month={month} />)}</ul>}
      {more}
    </Panel>
  );
}

function Wishes() {
  const asked = useAsk<{ wishes: Wish[] }>('/api/report/wishes');
  const [shown, more] = useMore(asked.data?.wishes ?? [], 60);
  return (
    <Panel title={t('wishesTitle')}>
      <p class="soft">{t('wishesLead')}</p>
      {!asked.data ? <Loading asked={asked} /> : shown.length === 0 ? <p>{t('wishesNone')}</p> : (
        <ul class="items flat">
          {shown.map((wish, i) => (
            <Item key={wish.id ?? i} class="bare">
              <p class="as-written">{wish.text}</p>
              <p class="line soft"><span>{wish.station || wish.code || wish.region}</span>{wish.at && <span>{date(wish.at)}</span>}</p>
            </Item>
          ))}
        </ul>
      )}
      {more}
    </Panel>
  );
}

export function AttentionPage() {
  const who = useStore(me);
  const [office, nowS] = [who?.node.name ?? '', who?.now_s ?? 0];
  const month = monthOf(nowS);
  usePaper('portrait', '12mm', `${office} · ${all('attention')} · ${printedOn(nowS)}`);
  const asked = useAsk<Attention>('/api/report/attention');
  return (
    <>
      <div class="heading">
        <h1>{all('attention')}</h1>
        <Button icon="document" class="no-print" data-key="attention/print" onClick={() => print()}>{t('print')}</Button>
      </div>
      <PrintOf of={office} nowS={nowS} />
      <p class="lead no-print">{t('attentionLead')}</p>
      {!asked.data ? <Loading asked={asked} /> : (
        <>
          <Looks title={t('toCounty')} looks={asked.data.county} month={month} />
          <Looks title={t('toTownship')} looks={asked.data.township} month={month} />
        </>
      )}
      <Wishes />
      <Downloads month={month} />
    </>
  );
}
