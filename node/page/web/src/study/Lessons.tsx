// Which lessons are studied: a list, and a search for more.
import { useEffect, useState } from 'preact/hooks';
import { lessonsPath, type Card } from '../lib/api';
import { useAsk } from '../lib/ask';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { TextField } from '../ui/Field';
import { t } from './words';

export interface Chosen { id: string; title: string }

const SETTLE_MS = 250;
const SHOWN = 8;

// Letters may be the first ones of a Chinese title, or words of an English one.
function usePick(text: string): readonly Card[] | undefined {
  const said = text.trim();
  const letters = /^[a-z0-9]+$/i.test(said);
  const words = useAsk<{ lessons: Card[] }>(lessonsPath({ query: said || undefined, state: 'here', limit: SHOWN }));
  const initials = useAsk<{ lessons: Card[] }>(letters ? lessonsPath({ initials: said.toLowerCase(), state: 'here', limit: SHOWN }) : null);
  if (!words.data) return undefined;
  const all = (letters ? initials.data?.lessons ?? [] : []).concat(words.data.lessons);
  return all.filter((card, i) => !card.withdrawn && all.findIndex((other) => other.id === card.id) === i).slice(0, SHOWN);
}

export function Picker({ taken, onPick }: { taken: readonly Chosen[]; onPick: (one: Chosen) => void }) {
  const [typed, setTyped] = useState('');
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(typed), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const found = usePick(asked);
  return (
    <div class="lesson-picker">
      <TextField label={t('findLesson')} value={typed} data-key="pick/find" autocomplete="off" maxLength={60} onText={setTyped} />
      <ul class="picks">
        {(found ?? []).filter((card) => !taken.some((one) => one.id === card.id)).map((card) => (
          <li key={card.id}>
            <Button class="pick" icon="add" data-key={`pick/${card.id}`} onClick={() => onPick({ id: card.id, title: card.title })}>{card.title}</Button>
          </li>
        ))}
      </ul>
      {found && found.length === 0 && <p class="soft">{t('findNone')}</p>}
    </div>
  );
}

export function Lessons({ value, onValue }: { value: readonly Chosen[]; onValue: (all: Chosen[]) => void }) {
  const [open, setOpen] = useState(value.length === 0);
  return (
    <div class="lessons-of">
      {value.length === 0 && <p class="soft">{t('lessonsNone')}</p>}
      <ul>
        {value.map((one) => (
          <li key={one.id} class="chosen-lesson">
            <Icon name="play" /><span class="title">{one.title}</span>
            <Button kind="quiet" icon="close" data-key={`drop/${one.id}`} onClick={() => onValue(value.filter((other) => other !== one))}>{t('remove')}</Button>
          </li>
        ))}
      </ul>
      {open
        ? <Picker taken={value} onPick={(one) => { onValue([...value, one]); setOpen(false); }} />
        : <Button icon="add" data-key="pick/open" onClick={() => setOpen(true)}>{t('addLesson')}</Button>}
    </div>
  );
}
