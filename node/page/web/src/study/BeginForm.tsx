// Beginning a collective study: with lessons, or with material from elsewhere,
// and so many people.
import { useState } from 'preact/hooks';
import { Button } from '../ui/Button';
import { begin, type Study } from './api';
import { Heads } from './Heads';
import { Lessons, type Chosen } from './Lessons';
import { OutsideFields, outsideOf, problems, typed } from './OutsideFields';
import { useDo } from './useDo';
import { t } from './words';

const USUAL_HEADS = 20;

export function BeginForm({ lessons, onBegun }: { lessons: Chosen[]; onBegun: (study: Study) => void }) {
  const [chosen, setChosen] = useState(lessons);
  const [heads, setHeads] = useState(USUAL_HEADS);
  const [outside, setOutside] = useState<ReturnType<typeof typed> | null>(null);
  const [tried, setTried] = useState(false);
  const [busy, act] = useDo();
  const nothing = chosen.length === 0 && !outside;
  const start = async () => {
    setTried(true);
    if (nothing || (outside && Object.keys(problems(outside)).length)) return;
    const study = await act(() => begin({ lessons: chosen.map((one) => one.id), heads, ...(outside ? { outside: outsideOf(outside) } : {}) }));
    if (study) onBegun(study);
  };
  return (
    <form class="study-form" onSubmit={(e) => { e.preventDefault(); void start(); }}>
      <Heads value={heads} onValue={setHeads} first={!lessons.length} />
      <p class="actions begin-now">
        <Button kind="main" icon="people" type="submit" busy={busy} data-key="begin" data-autofocus={lessons.length ? '' : undefined}>{t('begin')}</Button>
      </p>
      {tried && nothing && <p class="problem" role="alert">{t('needLesson')}</p>}
      <h2>{t('lessonsTitle')}</h2>
      <Lessons value={chosen} onValue={setChosen} />
      <p class="actions">
        <Button data-key="outside" aria-pressed={!!outside} icon={outside ? 'ok' : undefined} class={outside ? 'chosen' : ''}
          onClick={() => setOutside(outside ? null : typed())}>{t('outside')}</Button>
      </p>
      {outside && <OutsideFields value={outside} onValue={setOutside} tried={tried} />}
    </form>
  );
}
