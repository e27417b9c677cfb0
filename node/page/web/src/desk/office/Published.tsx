import { useEffect, useState } from 'preact/hooks';
import { changed } from '../../lib/ask';
import { ago, date, size } from '../../lib/format';
import { useStore } from '../../lib/store';
import { Button } from '../../ui/Button';
import { Panel } from '../../ui/Card';
import { Dialog } from '../../ui/Dialog';
import { Empty } from '../../ui/Empty';
import { TextField } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { toast } from '../../ui/Toast';
import { heard } from '../live';
import { coveragePath, newDraft, verb, type Covered, type NodeLesson, type Withdrawal } from '../node';
import { Facts, Item, Loading, Notice, useAct, useMore } from '../parts';
import { go, href } from '../route';
import { t as all } from '../words';
import { CoverageBar } from './CoverageBar';
import { useAskHeard } from './heard';
import { useSigning } from './publishing';
import { KeyLine } from './Unlock';
import { t } from './words';

export function NewDraft() {
  const [busy, act] = useAct();
  return (
    <Button kind="main" icon="add" busy={busy} data-key="new-draft" onClick={() => act(() => newDraft({ date: today() })
      .then((draft) => go('draft', draft.id)))}>{t('newDraft')}</Button>
  );
}

const two = (n: number) => String(n).padStart(2, '0');
export function today(): string {
  const now = new Date();
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

function useWithdrawals(id?: string): Withdrawal[] | null {
  const [list, setList] = useState<Withdrawal[] | null>(null);
  const when = useStore(changed);
  const said = useStore(heard);
  useEffect(() => { verb<Withdrawal[]>('withdrawals', id ? { id } : {}).then(setList, () => setList((was) => was ?? [])); }, [id, when, said]);
  return list;
}

const confirmedText = (one: Withdrawal) => (one.heard > 0 ? t('confirmed', { n: one.confirmed, heard: one.heard }) : t('confirmedNobody'));

export function Published() {
  const asked = useAskHeard<{ lessons: Covered[] }>(coveragePath());
  const gone = useWithdrawals();
  const [query, setQuery] = useState('');
  const out = new Set((gone ?? []).map((one) => one.id));
  const list = (asked.data?.lessons ?? []).filter((one) => !out.has(one.id) && one.title.toLowerCase().includes(query.trim().toLowerCase()));
  const [shown, more] = useMore(list, 40);
  return (
    <>
      <div class="heading"><h1>{all('published')}</h1><NewDraft /></div>
      <KeyLine />
      <p class="lead">{t('publishedLead')}</p>
      {!asked.data ? <Loading asked={asked} /> : asked.data.lessons.length === 0 && out.size === 0
        ? <Empty icon="publish" title={t('publishedNone')} /> : (
          <>
            {asked.data.lessons.length > 8 && <TextField label={t('find')} type="search" value={query} maxLength={60} data-key="published/query" onText={setQuery} />}
            <ul class="items">
              {shown.map((one) => (
                <Item key={one.id} press class="row-item link-row">
                  <p class="title"><a href={href('lesson', one.id)} data-key={`published/${one.id}`}>{one.title}</a></p>
                  <CoverageBar of={one} />
                </Item>
              ))}
            </ul>
            {more}
          </>
        )}
      {gone && gone.length > 0 && (
        <Panel title={t('withdrawnList')}>
          <ul class="items">
            {gone.map((one) => (
              <Item key={one.id} press class="row-item link-row">
                <p class="title"><a href={href('lesson', one.id)} data-key={`withdrawn/${one.id}`}>{one.title}</a></p>
                <span>{confirmedText(one)}{one.missing.length > 0 && <span class="tag warn">{one.missing.length}</span>}</span>
              </Item>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

function WithdrawDialog({ lesson, onClose, onDone }: { lesson: NodeLesson; onClose: () => void; onDone: () => void }) {
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const { busy, asking, sign, dialogs, stopped } = useSigning();
  return (
    <>
      {!stopped && <Dialog title={t('withdrawTitle', { title: lesson.title })} onClose={onClose}>
        <p>{t('withdrawMore')}</p>
        <form class="dialog-form" onSubmit={(e) => {
          e.preventDefault();
          setTried(true);
          if (reason.trim()) sign((alone) => verb('withdraw', { id: lesson.id, reason: reason.trim(), ...(alone ? { alone } : {}) }), () => {
            toast(t('withdrawDone'));
            onDone();
          });
        }}>
          <TextField label={t('reason')} help={t('reasonHelp')} value={reason} maxLength={100} problem={tried && !reason.trim() ? t('reasonNeeded') : undefined}
            data-first="" data-key="withdraw/reason" onText={setReason} />
          {asking && <p role="status">{t('publishAsking')}</p>}
          <p class="actions">
            <Button kind="danger" type="submit" busy={busy}>{t('withdraw')}</Button>
            <Button disabled={busy} onClick={onClose}>{all('cancel')}</Button>
          </p>
        </form>
      </Dialog>}
      {dialogs}
    </>
  );
}

// One published lesson: revise it, withdraw it, and who has not confirmed that.
export function PublishedLesson({ of: id }: { of: string }) {
  const [lesson, setLesson] = useState<NodeLesson | null>(null);
  const [failed, setFailed] = useState(false);
  const when = useStore(changed);
  const [more, setMore] = useState(0);
  const gone = useWithdrawals(id);
  const covered = useAskHeard<{ lessons: Covered[] }>(coveragePath());
  const [busy, act] = useAct();
  const [asking, setAsking] = useState(false);
  useEffect(() => { verb<NodeLesson>('show', { id }).then(setLesson, () => setFailed(true)); }, [id, when, more]);
  if (failed && !lesson) return <Empty icon="warn" title={all('noMatch')} />;
  if (!lesson) return <Loading />;
  const out = gone?.find((one) => one.id === id);
  const bar = covered.data?.lessons.find((one) => one.id === id);
  return (
    <>
      <h1>{lesson.title}</h1>
      {out && (
        <Notice kind="warn" title={`${t('withdrawn')}：${out.reason}`}>
          <p>{confirmedText(out)}</p>
        </Notice>
      )}
      <Panel title={t('facts')}>
        <Facts facts={[[t('topic'), lesson.topic.split('/').join(' › ')], [t('region'), lesson.region], [t('date'), date(lesson.date)], [t('size'), size(lesson.bytes)]]} />
        {!out && (
          <p class="actions">
            <Button icon="edit" busy={busy} data-key="revise" onClick={() => act(() => newDraft({}, id).then((draft) => go('draft', draft.id)))}>{t('revise')}</Button>
            <a class="button" href={href('coverage', id)} data-key="to-coverage"><Icon name="topics" /><span>{t('toCoverage')}</span></a>
            <Button icon="trash" kind="danger" data-key="withdraw" onClick={() => setAsking(true)}>{t('withdraw')}</Button>
          </p>
        )}
        {!out && <p class="soft">{t('reviseMore')}</p>}
      </Panel>
      {bar && !out && <Panel title={all('coverage')}><CoverageBar of={bar} /></Panel>}
      {out && (out.heard > 0 || out.missing.length > 0) && (
        <Panel title={t('missing')}>
          {out.missing.length === 0 ? <p><Icon name="ok" /> {t('missingNone')}</p> : (
            <ul class="items">
              {out.missing.map((one) => (
                <Item key={one.code} class="row-item"><p class="title">{one.name || one.code}</p>
                  <span class="soft">{one.region} · {one.heard_ago_s < 0 ? t('neverHeard') : t('heardAgo', { ago: ago(one.heard_ago_s) })}</span></Item>
              ))}
            </ul>
          )}
        </Panel>
      )}
      {asking && <WithdrawDialog lesson={lesson} onClose={() => setAsking(false)} onDone={() => { setAsking(false); setMore(more + 1); changed.set(changed.get() + 1); }} />}
    </>
  );
}
