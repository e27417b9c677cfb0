import { useRef, useState } from 'preact/hooks';
import { Failed } from '../../lib/api';
import { ago, percent, size } from '../../lib/format';
import { useStore } from '../../lib/store';
import { Button } from '../../ui/Button';
import { Panel } from '../../ui/Card';
import { Icon } from '../../ui/Icon';
import { Progress } from '../../ui/Progress';
import { toast } from '../../ui/Toast';
import { desk, me } from '../live';
import { drive, type DriveNow, type Visit } from '../node';
import { Item, Loading, useAct } from '../parts';
import { t as all } from '../words';
import { said } from './said';
import { t } from './words';

// In this order (node/drive/sync.c).
export const STEPS = ['looking', 'logs-in', 'small-out', 'payload-in', 'payload-out', 'flushing'] as const;

export const stepName = (step: string) => (t.has(`step_${step}`) ? t(`step_${step}` as 'step_looking') : step);

function Now({ now }: { now: DriveNow }) {
  // What was written changes with what came: it is written once more, which is
  // no step back.
  const far = useRef(-1);
  const at = Math.max(far.current, STEPS.indexOf(now.step as 'looking'));
  far.current = at;
  const share = now.total > 0 ? now.done / now.total : 0;
  return (
    <>
      <p class="what" role="status">
        {at >= 0 && <span class="soft">{t('stepOf', { n: at + 1, all: STEPS.length })} · </span>}{stepName(now.step)}
      </p>
      {now.title && <p class="title">{now.title}</p>}
      {now.total > 0 && (
        <>
          <Progress value={share} label={stepName(now.step)} />
          <p class="soft">{t('share', { share: percent(share), done: size(now.done), all: size(now.total) })}</p>
        </>
      )}
      <ol class="steps" aria-hidden="true">
        {STEPS.map((step, i) => <li key={step} class={i < at ? 'past' : i === at ? 'now' : ''}>{i < at && <Icon name="ok" />}<span>{stepName(step)}</span></li>)}
      </ol>
    </>
  );
}

interface Moved { title: string; bytes: number; why?: string }

// A visit is told with its lists, or by their lengths only.
function Moved({ title, list }: { title: string; list: Moved[] | number }) {
  if (typeof list === 'number' || list.length === 0) return <p>{title}</p>;
  return (
    <details>
      <summary data-key={`visit/${title}`}>{title}</summary>
      <ul class="dots">{list.map((one, i) => (
        <li key={i}>{one.title} <span class="soft">{size(one.bytes)}{one.why ? ` · ${t.has(`why_${one.why}`) ? t(`why_${one.why}` as 'why_time') : one.why}` : ''}</span></li>
      ))}</ul>
    </details>
  );
}

const JUST_S = 600;
const count = (list: unknown[] | number | undefined) => (typeof list === 'number' ? list : list?.length ?? 0);

export function VisitReport({ visit }: { visit: Visit }) {
  const here = useStore(me);
  const good = visit.state === 'done' || visit.state === 'some_left';
  return (
    <>
      <p class={`what ${good ? 'ok' : 'warn'}`}><Icon name={good ? 'ok' : 'warn'} /> {t.has(`visit_${visit.state}`) ? t(`visit_${visit.state}` as 'visit_done') : visit.state}
        {here?.clock_good && visit.at > 0 && <span class="soft"> · {ago(Math.max(0, Date.now() / 1000 - visit.at))}</span>}</p>
      {count(visit.in) > 0 && <Moved title={t('visitIn', { n: count(visit.in), size: size(visit.in_bytes) })} list={visit.in} />}
      {count(visit.out) > 0 && <Moved title={t('visitOut', { n: count(visit.out), size: size(visit.out_bytes) })} list={visit.out} />}
      {count(visit.left) > 0 && <Moved title={t('visitLeft', { n: count(visit.left) })} list={visit.left} />}
      {Array.isArray(visit.trouble) && visit.trouble.length > 0 && (
        <>
          <p><strong>{t('visitTrouble')}</strong></p>
          <ul class="dots">{visit.trouble.map((text, i) => <Item key={i} class="bare">{said(text).text}</Item>)}</ul>
        </>
      )}
    </>
  );
}

export function Drives() {
  const it = useStore(desk)?.drive;
  const [busy, act] = useAct();
  const [none, setNone] = useState(false);
  const seen = useRef(false);
  if (!it) return <Loading />;
  const plugged = it.plugged ?? [];
  if (plugged.length > 0) seen.current = true;
  // Once it is out there is nothing to pull. (A drive that is not seen as one
  // can be synced by hand.)
  const safe = !it.now && !!it.last && it.last.safe !== false && (it.last.state === 'done' || it.last.state === 'some_left')
    && (plugged.length > 0 || (!seen.current && Date.now() / 1000 - it.last.at < JUST_S));
  const ready = plugged.filter((one) => one.prepared);
  const start = (label?: string) => act(async () => {
    setNone(false);
    try {
      await drive('sync', label);
      toast(t('syncStarted'));
    } catch (failure) {
      if (failure instanceof Failed && failure.status === 'not_found') setNone(true);
      else throw failure;
    }
  });
  return (
    <>
      <h1>{all('drives')}</h1>
      <section class={`drive-now ${it.now ? 'busy' : safe ? 'safe' : 'idle'}`}>
        <p class="verdict" role="alert"><Icon name={it.now ? 'warn' : safe ? 'ok' : 'drive'} /><span>{it.now ? t('dontPull') : safe ? t('pull') : t('noDrive')}</span></p>
        {it.now ? <Now now={it.now} /> : <p>{safe ? t('pullMore') : t('noDriveMore')}</p>}
        {!it.now && plugged.map((one) => (one.prepared
          ? <p key={one.label} class="plugged"><Icon name="ok" /> {t('plugged', { label: one.label, free: size(one.free) })}{one.read_only && <span class="trouble"> {t('readOnly', { label: one.label })}</span>}</p>
          : <p key={one.label} class="plugged trouble"><Icon name="warn" /> {t('notPrepared', { label: one.label })}</p>))}
        {!it.now && it.trouble && <p class="problem">{said(it.trouble).text}</p>}
        {none && <p class="problem" role="alert">{t('syncNone')}</p>}
        <p class="actions">
          {/* Keys: whoever presses OK twice has not stopped what he began. */}
          {it.now
            ? <Button key="stop" busy={busy} data-key="drive/stop" onClick={() => act(() => drive('stop'))}>{t('syncStop')}</Button>
            : ready.length > 1
              ? ready.map((one) => <Button key={one.label} icon="drive" busy={busy} data-key={`drive/sync/${one.label}`} onClick={() => start(one.label)}>{t('syncLabel', { label: one.label })}</Button>)
              : <Button key="sync" kind="main" icon="drive" busy={busy} data-key="drive/sync" data-autofocus="" onClick={() => start()}>{t('syncNow')}</Button>}
        </p>
        {it.now && <p class="soft">{t('syncStopMore')}</p>}
      </section>
      <Panel title={t('lastVisit')}>{it.last ? <VisitReport visit={it.last} /> : <p class="soft">{t('lastVisitNone')}</p>}</Panel>
    </>
  );
}
