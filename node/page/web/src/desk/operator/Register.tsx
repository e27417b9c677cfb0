// The register of collective and personal studies: the one that runs, written
// with roll call, note and photo, and the book of a month.
import { useEffect, useRef, useState } from 'preact/hooks';
import { useAsk } from '../../lib/ask';
import { flagText } from '../../lib/counting';
import { stream } from '../../lib/events';
import { useStore } from '../../lib/store';
import { BeginForm } from '../../study/BeginForm';
import { end, minutes, monthOf, registerPath, resume, turnMonth, type Register as Book, type Study, type Studying } from '../../study/api';
import { RegisterForm } from '../../study/RegisterForm';
import { StudyHead } from '../../study/StudyHead';
import { whenRefused } from '../../study/useDo';
import { t as both } from '../../study/words';
import { Button } from '../../ui/Button';
import { Panel } from '../../ui/Card';
import { CountingRules } from '../../ui/CountingRules';
import { me, refresh, screen } from '../live';
import { PrintOf, printedOn, SignHere, usePaper } from '../paper';
import { Confirm, Facts, Loading, useAct } from '../parts';
import { KINDS, ms, total } from './sums';
import { monthName, t } from './studyWords';

function Now({ now, again, onStudy }: { now: Studying; again: () => void; onStudy: (study: Study) => void }) {
  const [busy, act] = useAct();
  const [ending, setEnding] = useState(false);
  const [beginning, setBeginning] = useState(false);
  const tv = useStore(screen).view === 'tv';
  const it = now.running;
  if (it)
    return (
      <Panel title={both('running')} class="study-now">
        <StudyHead study={it} />
        <p class="actions"><Button kind="main" icon="ok" busy={busy} data-key="done" onClick={() => setEnding(true)}>{both('done')}</Button></p>
        <RegisterForm study={it} tv={tv} onStudy={onStudy} />
        {ending && (
          <Confirm title={both('doneTitle')} yes={both('done')} onClose={() => setEnding(false)}
            onYes={() => void act(() => end(it.id), both('ended')).then(again)}><p>{both('doneMore')}</p></Confirm>
        )}
      </Panel>
    );
  const cut = now.interrupted;
  return (
    <Panel class="study-now">
      {cut && (
        <>
          <h2>{both('interrupted')}</h2>
          <StudyHead study={cut} />
          <p class="soft">{both('interruptedMore')}</p>
          <p class="actions">
            <Button kind="main" icon="play" busy={busy} data-key="resume" onClick={() => act(() => resume(cut.id)).then(again)}>{both('goOn')}</Button>
            <Button busy={busy} data-key="end-interrupted" onClick={() => act(() => end(cut.id), both('ended')).then(again)}>{both('endIt')}</Button>
          </p>
        </>
      )}
      {beginning ? <><h2>{t('beginTitle')}</h2><BeginForm lessons={[]} onBegun={() => { setBeginning(false); again(); }} /></> : (
        <>
          {!cut && <p>{t('runningNone')}</p>}
          <p class="actions"><Button icon="people" data-key="begin/open" onClick={() => setBeginning(true)}>{t('beginTitle')}</Button></p>
        </>
      )}
    </Panel>
  );
}

const titles = (study: Study) => study.lessons.map((one) => one.title)
  .concat(study.outside ? [`${both(study.outside.kind)} · ${study.outside.title} · ${both('byHand', { n: study.outside.minutes })}`] : []).join('；');
const people = (study: Study) => (study.names ?? []).concat((study.cards ?? []).map((card) => both('cardOf', { tail: card.tail }))).join('、');

function Entry({ study, open, onOpen }: { study: Study; open: boolean; onOpen: () => void }) {
  return (
    <tr>
      <td>{study.began}</td>
      <td>{titles(study)}{(study.flags ?? []).map((flag) => <span key={flag} class="tag">{flagText(flag)}</span>)}</td>
      <td class="n">{study.heads}</td>
      <td class="n">{minutes(study.ms)}</td>
      <td>{people(study)}</td>
      <td><span class="long">{study.note}</span>{study.photo && <span class="tag">{t('photo')}</span>}</td>
      <td class="no-print"><Button data-key={`edit/${study.id}`} aria-expanded={open} onClick={onOpen}>{open ? t('close') : t('edit')}</Button></td>
    </tr>
  );
}

function Month({ month, book, again }: { month: string; book: Book; again: () => void }) {
  const place = useStore(me)?.node.name ?? '';
  const tv = useStore(screen).view === 'tv';
  const [changed, setChanged] = useState<Record<string, Study>>({});
  const [open, setOpen] = useState('');
  useEffect(() => setChanged({}), [book]);
  const nowS = useStore(me)?.now_s ?? 0;
  const title = t('bookTitle', { place, month: monthName(month) });
  usePaper('landscape', '12mm', `${title} · ${printedOn(nowS)}`);
  const studies = book.studies.map((study) => changed[study.id] ?? study);
  const editing = studies.find((study) => study.id === open);
  return (
    <>
      <p class="print-only print-title">{title}</p>
      <PrintOf of="" nowS={nowS} />
      <Panel title={t('sums')}>
        <Facts facts={[...KINDS.map((kind) => [t(`sum_${kind}`), both('minutes', { n: minutes(ms(book.minutes, kind)) })] as [string, string]),
          [t('sum_total'), both('minutes', { n: total(book.minutes) })]]} />
      </Panel>
      <Panel title={t('collectiveBook')}>
        {studies.length === 0 ? <p class="soft">{t('none')}</p> : (
          <div class="book-scroll" tabIndex={0} role="region" aria-label={t('collectiveBook')}>
            <table class="book">
              <thead><tr><th>{t('when')}</th><th>{t('what')}</th><th>{t('heads')}</th><th>{t('min')}</th><th>{t('who')}</th><th>{t('note')}</th><td class="no-print" /></tr></thead>
              <tbody>{studies.map((study) => (
                <Entry key={study.id} study={study} open={study === editing} onOpen={() => setOpen(study === editing ? '' : study.id)} />
              ))}</tbody>
            </table>
          </div>
        )}
        {editing && (
          <div class="no-print completing">
            <h3>{editing.began} · {titles(editing)}</h3>
            <RegisterForm key={editing.id} study={editing} tv={tv} onStudy={(now) => { setChanged({ ...changed, [now.id]: now }); again(); }} />
          </div>
        )}
      </Panel>
      <Panel title={t('personalBook')}>
        {book.personals.length === 0 ? <p class="soft">{t('none')}</p> : (
          <div class="book-scroll" tabIndex={0} role="region" aria-label={t('personalBook')}>
            <table class="book">
              <thead><tr><th>{t('when')}</th><th>{t('card')}</th><th>{t('min')}</th><th>{t('screen')}</th></tr></thead>
              <tbody>{book.personals.map((one, i) => (
                <tr key={i}><td>{one.began}</td><td>…{one.tail}</td><td class="n">{minutes(one.ms)}</td><td>{one.on === 'tv' ? t('on_tv') : t('on_phone')}</td></tr>
              ))}</tbody>
            </table>
          </div>
        )}
      </Panel>
      <SignHere />
    </>
  );
}

export function Register() {
  const here = useStore(me);
  const now = useAsk<Studying>('/api/study');
  const [running, setRunning] = useState<Study | null>(null);
  const this_month = monthOf((here?.now_s ?? 0) * 1000 || Date.now());
  const [month, setMonth] = useState(this_month);
  const book = useAsk<Book>(registerPath(month));
  const again = () => { setRunning(null); now.again(); book.again(); };
  const asks = useRef(again);
  asks.current = again;
  useEffect(() => {
    whenRefused(refresh);
    const told = stream({ url: '/api/events', on: { study: () => asks.current() } });
    return told.close;
  }, []);
  const shown = now.data && running && now.data.running?.id === running.id ? { ...now.data, running } : now.data;
  return (
    <>
      <h1 class="no-print">{both('registerTitle')}</h1>
      {shown ? <div class="no-print"><Now now={shown} again={again} onStudy={setRunning} /></div> : <Loading asked={now} />}
      <div class="book-month no-print">
        <h2>{t('past')}</h2>
        <p class="actions">
          <Button icon="back" data-key="month/before" aria-label={t('monthBefore')} onClick={() => setMonth(turnMonth(month, -1))} />
          <strong role="status">{monthName(month)}</strong>
          <Button icon="next" data-key="month/next" aria-label={t('monthNext')} disabled={month >= this_month} onClick={() => setMonth(turnMonth(month, 1))} />
          <Button icon="document" data-key="print" onClick={() => print()}>{t('print')}</Button>
        </p>
      </div>
      {book.data ? <Month month={month} book={book.data} again={book.again} /> : <Loading asked={book} />}
      <details class="no-print"><summary data-key="rules">{t('rules')}</summary><CountingRules norm={now.data?.rules.norm} /></details>
    </>
  );
}
