// The register of one study, as long as it may be written: heads, roll call,
// note, photo. On the screen of the room and on the operator's phone alike; the
// screen leaves what is written in sentences to the phone.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { change, NOTE_BYTES, utf8, type Change, type Study } from './api';
import { Heads } from './Heads';
import { Picker } from './Lessons';
import { Photo } from './Photo';
import { Cards, Names } from './RollCall';
import { useDo } from './useDo';
import { t } from './words';

interface Props { study: Study; tv?: boolean; onStudy: (study: Study) => void }

const SETTLE_MS = 800; // pressing + twenty times is one change

// Heads are told when nobody has pressed for a moment, or the page is left.
function useHeads(study: Study, tell: (heads: number) => void): [number, (n: number) => void] {
  const [heads, setHeads] = useState<number | null>(null);
  const open = useRef<number | null>(null);
  const say = useRef(tell);
  say.current = tell;
  useEffect(() => {
    open.current = heads;
    if (heads === null) return undefined;
    const timer = setTimeout(() => {
      open.current = null;
      say.current(heads);
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [heads]);
  useEffect(() => () => { if (open.current !== null) say.current(open.current); }, []);
  useEffect(() => { if (heads === study.heads && open.current === null) setHeads(null); }, [study.heads, heads]);
  return [heads ?? study.heads, setHeads];
}

function Note({ study, onChange, busy }: { study: Study; busy: boolean; onChange: (what: Change, said?: string) => Promise<boolean> }) {
  const [text, setText] = useState<string | null>(null); // null: nothing is being written
  const shown = text ?? study.note ?? '';
  const long = utf8(shown) > NOTE_BYTES;
  const save = () => {
    if (!long) void onChange({ note: shown.trim() }, t('saved')).then((done) => { if (done) setText(null); });
  };
  return (
    <form class="note-of" onSubmit={(e) => { e.preventDefault(); save(); }}>
      <Field label={t('note')} help={t('noteHelp')} problem={long ? t('tooLong') : undefined}>
        {(ids) => <textarea class="input" {...ids} rows={5} value={shown} data-key="note" onInput={(e) => setText(e.currentTarget.value)} />}
      </Field>
      <Button type="submit" kind="main" busy={busy} disabled={text === null || long} data-key="note/save">{t('save')}</Button>
    </form>
  );
}

// Another lesson, which was not thought of when the study began.
function More({ study, onChange }: { study: Study; onChange: (what: Change) => Promise<boolean> }) {
  const [open, setOpen] = useState(false);
  if (!open) return <p class="actions"><Button icon="add" data-key="lesson/more" onClick={() => setOpen(true)}>{t('addLesson')}</Button></p>;
  return <Picker taken={study.lessons} onPick={(one) => {
    setOpen(false);
    void onChange({ lessons: study.lessons.concat(one).map((lesson) => lesson.id) });
  }} />;
}

export function RegisterForm({ study, tv, onStudy }: Props) {
  const [busy, act] = useDo();
  const onChange = (what: Change, said?: string) => act(() => change(study.id, what), said).then((now) => {
    if (now) onStudy(now);
    return !!now;
  });
  const [heads, setHeads] = useHeads(study, (n) => { void onChange({ heads: n }); });
  const named = (study.names?.length ?? 0) + (study.cards?.length ?? 0);
  return (
    <div class="register-form">
      {!study.ended && <More study={study} onChange={onChange} />}
      <Heads value={heads} onValue={setHeads} />
      {named > heads && (
        <p class="problem" role="status">{t('namesMore', { named, heads })} <Button data-key="heads/follow" onClick={() => setHeads(named)}>{t('headsFollow', { n: named })}</Button></p>
      )}
      <h2>{t('names')} <small class="soft">{t('headsN', { n: named })}</small></h2>
      <Names study={study} busy={busy} onChange={onChange} />
      <Cards study={study} busy={busy} onChange={onChange} />
      {tv ? study.note && <><h2>{t('note')}</h2><p class="long">{study.note}</p></>
        : (
          <>
            <Note study={study} busy={busy} onChange={onChange} />
            <h2>{t('photo')}</h2>
            <Photo study={study} onSent={() => onStudy({ ...study, photo: true })} />
          </>
        )}
    </div>
  );
}
