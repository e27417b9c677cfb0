import { useEffect, useState } from 'preact/hooks';
import { Failed, lessonsPath } from '../../lib/api';
import { changed, useAsk } from '../../lib/ask';
import { explain } from '../../lib/failures';
import { date, percent, size } from '../../lib/format';
import { useStore } from '../../lib/store';
import { Button } from '../../ui/Button';
import { TextField } from '../../ui/Field';
import { refresh, screen } from '../live';
import { verb, type NodeLesson } from '../node';
import { Confirm, Item, Loading, useAct, useMore } from '../parts';
import { Choice } from '../parts/Choice';
import { t as all } from '../words';
import { t } from './settingsWords';

const SETTLE_MS = 300;
const MOST = 1000;
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
      verb<NodeLesson[]>('lessons', { limit: MOST, ...(query.trim() ? { query: query.trim() } : {}), ...(state ? { state } : {}) }).then(
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

const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz0123456789');

// With a remote control: first letters of a title, as on the station's screen.
function Letters({ typed, onTyped }: { typed: string; onTyped: (text: string) => void }) {
  return (
    <div class="letters" role="group" aria-label={t('letters')}>
      {LETTERS.map((letter) => <button key={letter} type="button" class="key" data-key={`letter/${letter}`} onClick={() => onTyped(typed + letter)}>{letter.toUpperCase()}</button>)}
      <button type="button" class="key wide" data-key="letter/delete" onClick={() => onTyped(typed.slice(0, -1))}>{t('deleteOne')}</button>
    </div>
  );
}

// Letters may be the first ones of a title: the node finds those by another way.
const isInitials = (query: string) => /^[a-z0-9]+$/i.test(query.trim());

export function Lessons() {
  const tv = useStore(screen).view === 'tv';
  const [query, setQuery] = useState('');
  const [state, setState] = useState('');
  const letters = isInitials(query);
  const byLetters = useAsk<{ lessons: { id: string }[] }>(letters ? lessonsPath({ initials: query.trim().toLowerCase(), limit: 200 }) : null);
  const found = useLessons(letters ? '' : query, state);
  const { failure, put } = found;
  const ids = letters && byLetters.data ? new Set(byLetters.data.lessons.map((one) => one.id)) : null;
  const low = query.trim().toLowerCase();
  const list = found.list && (letters ? found.list.filter((one) => ids?.has(one.id) || one.title.toLowerCase().includes(low)) : found.list);
  const [busy, act] = useAct();
  const [sure, setSure] = useState<NodeLesson | null>(null);
  const [shown, more] = useMore(list ?? [], 40);
  return (
    <>
      <h1>{all('lessons')}</h1>
      <p class="lead">{t('lessonsLead')}</p>
      <div class="filters">
        <TextField label={t('find')} type="search" value={query} maxLength={60} data-key="lessons/query" onText={setQuery} />
        <Choice k="lessons/state" label={t('which')} value={state} options={STATES.map(([value, name]) => [value, t(name)] as const)} onValue={setState} />
      </div>
      {tv && <Letters typed={query} onTyped={setQuery} />}
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
                  ? <Button icon="pin" busy={busy} data-key={`pin/${one.id}`} onClick={() => act(() => verb<NodeLesson>('pin', { id: one.id, off: true }).then(put), t('unpinDone'))}>{t('unpin')}</Button>
                  : <Button icon="pin" busy={busy} data-key={`pin/${one.id}`} onClick={() => act(() => verb<NodeLesson>('pin', { id: one.id }).then(put), t('pinDone'))}>{here ? t('pin') : t('pinFetch')}</Button>}
                {here && <Button icon="trash" kind="danger" busy={busy} data-key={`drop/${one.id}`} onClick={() => setSure(one)}>{t('drop')}</Button>}
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
