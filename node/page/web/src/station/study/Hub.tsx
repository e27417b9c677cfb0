// What is studied here: the study that runs with its register, one that was
// interrupted, and the ways to begin.
import { useState } from 'preact/hooks';
import { useStore } from '../../lib/store';
import { end, resume, tell, utf8, WISH_BYTES, type Study, type Studying } from '../../study/api';
import { RegisterForm } from '../../study/RegisterForm';
import { StudyHead } from '../../study/StudyHead';
import { useDo } from '../../study/useDo';
import { t as both } from '../../study/words';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Field } from '../../ui/Field';
import { Icon, type IconName } from '../../ui/Icon';
import { screen } from '../live';
import { PhoneCode } from '../PhoneCode';
import { go, href, type Route } from '../route';
import { askStudy, study } from './live';
import { t } from './words';

function Way({ to, icon, title, text, focus }: { to: Route; icon: IconName; title: string; text?: string; focus?: boolean }) {
  return (
    <a class="study-way" href={href(to)} data-key={`way/${to.page}`} data-autofocus={focus ? '' : undefined}>
      <Icon name={icon} />
      <span><strong>{title}</strong>{text && <span class="soft">{text}</span>}</span>
    </a>
  );
}

const FRESH_MS = 1000;

const keep = (running: Study) => {
  const was = study.get();
  if (was) study.set({ ...was, running });
};

function Running({ running, may, here }: { running: Study; may: boolean; here: boolean }) {
  const view = useStore(screen).view;
  const [busy, act] = useDo();
  const [ending, setEnding] = useState(false);
  const [code, setCode] = useState(false);
  const fresh = running.ms < FRESH_MS && running.lessons.length > 0; // nothing was shown yet
  const over = async () => {
    setEnding(false);
    await act(() => end(running.id), both('ended'));
    await askStudy();
  };
  return (
    <section class="study-now">
      <h1>{may ? both('registerTitle') : t('nowLearning')}</h1>
      <StudyHead study={running}>
        {(lesson, i) => (
          <a class="button" href={href({ page: 'play', id: lesson.id, part: 0 })} data-key={`play/${lesson.id}`}
            data-autofocus={(!may || fresh) && i === 0 ? '' : undefined}><Icon name="play" /><span>{t('play')}</span></a>
        )}
      </StudyHead>
      {!may ? <p class="actions"><a class="button" href="/desk#/register" data-key="operator"><Icon name="lock" /><span>{t('operatorPage')}</span></a></p> : (
        <>
          <p class="actions">
            <Button kind="main" icon="ok" busy={busy} data-key="done" data-autofocus={fresh ? undefined : ''} onClick={() => setEnding(true)}>{both('done')}</Button>
            {here && view !== 'phone' && <Button icon="phone" data-key="on-phone" onClick={() => setCode(true)}>{t('phoneRegister')}</Button>}
          </p>
          <RegisterForm study={running} tv={view === 'tv'} onStudy={keep} />
        </>
      )}
      {ending && (
        <Dialog title={both('doneTitle')} onClose={() => setEnding(false)}>
          <p>{both('doneMore')}</p>
          <p class="actions">
            <Button onClick={() => setEnding(false)}>{both('cancel')}</Button>
            <Button kind="main" first data-key="done/yes" onClick={() => void over()}>{both('done')}</Button>
          </p>
        </Dialog>
      )}
      {code && <PhoneCode title={t('phoneRegister')} how={t('phoneRegisterHow')} path="/desk#/register" onClose={() => setCode(false)} />}
    </section>
  );
}

// What somebody would like to learn; the office reads it.
function Wish() {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const [busy, act] = useDo();
  const long = utf8(text.trim()) > WISH_BYTES;
  const send = () => {
    if (text.trim() && !long)
      void act(() => tell('wish', { text: text.trim() }), t('wishTold')).then((done) => { if (done) { setOpen(false); setText(''); } });
  };
  return (
    <>
      <Button icon="edit" data-key="wish" onClick={() => setOpen(true)}>{t('wish')}</Button>
      {open && (
        <Dialog title={t('wish')} onClose={() => setOpen(false)}>
          <form onSubmit={(e) => { e.preventDefault(); send(); }}>
            <Field label={t('wishLabel')} help={t('wishHelp')} problem={long ? both('tooLong') : undefined}>
              {(ids) => <textarea class="input" {...ids} rows={3} value={text} data-key="wish/text" data-first="" onInput={(e) => setText(e.currentTarget.value)} />}
            </Field>
            <p class="actions">
              <Button onClick={() => setOpen(false)}>{both('cancel')}</Button>
              <Button kind="main" type="submit" busy={busy} disabled={!text.trim() || long} data-key="wish/send">{t('wishSend')}</Button>
            </p>
          </form>
        </Dialog>
      )}
    </>
  );
}

// After a power cut: it goes on as one, or ends with what was counted.
function Interrupted({ it }: { it: Study }) {
  const [busy, act] = useDo();
  const goOn = async () => {
    const running = await act(() => resume(it.id));
    if (!running) return;
    const was = study.get();
    if (was) study.set({ ...was, running, interrupted: null });
    const first = running.lessons[0];
    if (first) go({ page: 'play', id: first.id, part: 0 });
  };
  return (
    <section class="notice waiting study-interrupted">
      <h2>{both('interrupted')}</h2>
      <StudyHead study={it} />
      <p class="soft">{both('interruptedMore')}</p>
      <p class="actions">
        <Button kind="main" icon="play" busy={busy} data-key="resume" data-autofocus="" onClick={() => void goOn()}>{both('goOn')}</Button>
        <Button busy={busy} data-key="end-interrupted" onClick={() => void act(() => end(it.id), both('ended')).then(askStudy)}>{both('endIt')}</Button>
      </p>
    </section>
  );
}

export function Hub({ now }: { now: Studying }) {
  const view = useStore(screen).view;
  if (now.running && now.may) return <Running running={now.running} may here={now.here} />;
  return (
    <>
      {now.running ? <Running running={now.running} may={false} here={now.here} /> : <h1>{t('hub')}</h1>}
      {now.interrupted && now.may && <Interrupted it={now.interrupted} />}
      <div class="study-ways">
        {now.may && <Way to={{ page: 'begin', lesson: '' }} icon="people" title={t('begin')} text={t('beginMore')} focus={!now.interrupted} />}
        <Way to={{ page: 'me' }} icon="study" title={now.card ? t('mineOf', { tail: now.card.tail }) : t('mine')} text={now.card ? undefined : t('mineMore')} focus={!now.may && !now.running} />
        <Way to={{ page: 'rules' }} icon="wait" title={t('rules')} />
        {view !== 'tv' && <Wish />}
      </div>
      {!now.may && !now.running && <p class="soft">{t('operatorBegins')} <a href="/desk#/register">{t('operatorPage')}</a></p>}
    </>
  );
}
