import { useEffect, useState } from 'preact/hooks';
import { Failed } from '../../lib/api';
import { changed } from '../../lib/ask';
import { explain } from '../../lib/failures';
import { date, percent, size } from '../../lib/format';
import { useStore } from '../../lib/store';
import { Button } from '../../ui/Button';
import { Field, TextField } from '../../ui/Field';
import { refresh } from '../live';
import { verb, type NodeLesson } from '../node';
import { Confirm, Item, Loading, useAct, useMore } from '../parts';
import { t as all } from '../words';
import { t } from './settingsWords';

const SETTLE_MS = 300;
const STATES = [['', 'stateAll'], ['held', 'stateHeld'], ['wanted', 'stateWanted'], ['known', 'stateKnown']] as const;

export function stateText(lesson: Pick<NodeLesson, 'state' | 'progress'>): string {
  if (lesson.state === 'fetching') return t('state_fetching', { share: percent(lesson.progress) });
  return t.has(`state_${lesson.state}`) ? t(`state_${lesson.state}` as 'state_held') : lesson.state;
}

// Lessons as the node knows them, asked for again as one types and as they change.
export function useLessons(query: string, state: string): { list: NodeLesson[] | null; failure: unknown; put: (one: NodeLesson) => void } {
  const [list, setList] = useState<NodeLesson[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const when = useStore(changed);
  useEffect(() => {
    let over = false;
    const timer = setTimeout(() => {
      verb<NodeLesson[]>('lessons', { limit: 300, ...(query.trim() ? { query: query.trim() } : {}), ...(state ? { state } : {}) }).then(
        (said) => {
          if (over) return;
          setFailure(null);
          setList(said);
        },
        (why) => {
          if (over) return;
          setFailure(why);
          if (why instanceof Failed && why.code === 401) refresh();
        });
    }, list ? SETTLE_MS : 0);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [query, state, when]);
  return { list, failure, put: (one) => setList((was) => was && was.map((l) => (l.id === one.id ? { ...l, ...one } : l))) };
}

export function Lessons() {
  const [query, setQuery] = useState('');
  const [state, setState] = useState('');
  const { list, failure, put } = useLessons(query, state);
  const [busy, act] = useAct();
  const [sure, setSure] = useState<NodeLesson | null>(null);
  const [shown, more] = useMore(list ?? [], 40);
  return (
    <>
      <h1>{all('lessons')}</h1>
      <p class="lead">{t('lessonsLead')}</p>
      <div class="filters">
        <TextField label={t('find')} type="search" value={query} maxLength={60} data-key="lessons/query" onText={setQuery} />
        <Field label={t('which')}>
          {(ids) => (
            <select class="input" {...ids} value={state} data-key="lessons/state" onChange={(e) => setState(e.currentTarget.value)}>
              {STATES.map(([value, name]) => <option key={value} value={value}>{t(name)}</option>)}
            </select>
          )}
        </Field>
      </div>
      {!list && (failure ? <p class="problem" role="alert">{explain(failure)}</p> : <Loading />)}
      {list && list.length === 0 && <p class="soft">{all('noMatch')}</p>}
      <ul class="items">
        {shown.map((one) => {
          const here = one.state === 'held' || one.state === 'fetching' || one.state === 'wanted';
          return (
            <Item key={one.id} press>
              <p class="title">{one.title}{one.pinned && <span class="tag ok">{t('pinned')}</span>}{one.due && <span class="tag warn">{t('dueBy', { date: date(one.due) })}</span>}</p>
              <p class="line"><span>{stateText(one)}</span><span>{size(one.bytes)}</span><span class="soft">{one.topic.split('/').join(' › ')}</span></p>
              <p class="actions">
                {one.pinned
                  ? <Button icon="pin" disabled={busy} data-key={`pin/${one.id}`} onClick={() => act(() => verb<NodeLesson>('pin', { id: one.id, off: true }).then(put), t('unpinDone'))}>{t('unpin')}</Button>
                  : <Button icon="pin" disabled={busy} data-key={`pin/${one.id}`} onClick={() => act(() => verb<NodeLesson>('pin', { id: one.id }).then(put), t('pinDone'))}>{here ? t('pin') : t('pinFetch')}</Button>}
                {here && <Button icon="trash" kind="danger" disabled={busy} data-key={`drop/${one.id}`} onClick={() => setSure(one)}>{t('drop')}</Button>}
              </p>
            </Item>
          );
        })}
      </ul>
      {more}
      {sure && (
        <Confirm title={t('dropSure', { title: sure.title })} yes={t('drop')} danger onClose={() => setSure(null)}
          onYes={() => act(() => verb<NodeLesson>('drop', { id: sure.id }).then(put), t('dropDone'))}>
          <p>{t('dropMore')}</p>
        </Confirm>
      )}
    </>
  );
}
