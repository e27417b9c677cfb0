import { useEffect, useRef, useState } from 'preact/hooks';
import { get, post, postBytes } from '../../../lib/api';
import { useAsk } from '../../../lib/ask';
import { number } from '../../../lib/format';
import { language } from '../../../lib/i18n';
import { store, useStore } from '../../../lib/store';
import { Button } from '../../../ui/Button';
import { Panel } from '../../../ui/Card';
import { Empty } from '../../../ui/Empty';
import { TextField } from '../../../ui/Field';
import { toast } from '../../../ui/Toast';
import { cards as issuing, me } from '../../live';
import type { Cards as Issued } from '../../node';
import { Confirm, Loading, useAct } from '../../parts';
import { href } from '../../route';
import { t as all } from '../../words';
import { decode } from '../csv';
import { useSigning, type Signing } from '../publishing';
import { KeyLine } from '../Unlock';
import { cell, peopleIn } from './cards';
import { CardSheet } from './CardSheet';
import { Issuing, isUnderWay } from './Issuing';
import { Looking } from './Looking';
import { save } from './save';
import { dayText } from './said';
import { peoplePath, sheetPath, type Person, type Sheet } from './types';
import { t } from './words';

// Outside of the page: going to another and back loses nothing, logging out
// leaves no PIN here. The node has them until they are confirmed.
const sheet = store<Sheet | null>(null);
let begun = ''; // the job that was begun in this page: shown as soon as it is drawn
me.watch(() => { if (me.get()?.role === 'viewer') { sheet.set(null); begun = ''; } });

const begin = (table: Blob | string, alone: boolean) => postBytes<Issued>(`/api/cards${alone ? '?alone=1' : ''}`, table, 'text/csv').then((said) => {
  begun = said.job ?? '';
  issuing.set(said);
});

function Issue({ signing }: { signing: Signing }) {
  const [file, setFile] = useState<{ name: string; bytes: Blob; n: number } | null>(null);
  const [problem, setProblem] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const choose = (chosen: File | undefined) => {
    setFile(null);
    setProblem('');
    if (!chosen) return;
    const reader = new FileReader(); // Blob.arrayBuffer() came later
    reader.onload = () => {
      const people = peopleIn(decode(reader.result as ArrayBuffer));
      if ('problem' in people) setProblem(t(people.problem === 'empty' ? 'fileEmpty' : 'fileColumns'));
      else setFile({ name: chosen.name, bytes: chosen, n: people.n });
    };
    reader.readAsArrayBuffer(chosen);
  };
  return (
    <Panel title={t('issueTitle')} class="no-print">
      <p class="soft">{t('issueHelp')}</p>
      <p class="actions">
        <input ref={input} type="file" accept=".csv,text/csv,text/plain" class="visually-hidden" tabIndex={-1} aria-label={t('chooseFile')} data-key="cards/file"
          onChange={(e) => { choose(e.currentTarget.files?.[0]); e.currentTarget.value = ''; }} />
        <Button icon="document" data-key="cards/choose" onClick={() => input.current!.click()}>{t('chooseFile')}</Button>
        <Button icon="save" data-key="cards/template" onClick={() => save(language.get() === 'zh' ? '发卡名单.csv' : 'people.csv', `\ufeff${[t('person').toLowerCase(), t('placeOf').toLowerCase()].map(cell).join(',')}\r\n`)}>{t('template')}</Button>
      </p>
      {problem && <p class="problem" role="alert">{problem}</p>}
      {file && (
        <div class="chosen-table">
          <p>{t('fileOf', { name: file.name, n: file.n })}</p>
          <Button kind="main" icon="ok" busy={signing.busy} data-key="cards/issue" onClick={() => signing.sign((alone) => begin(file.bytes, alone), () => undefined)}>{t('issueN', { n: file.n })}</Button>
        </div>
      )}
      {signing.dialogs}
    </Panel>
  );
}

// What is issued now: the table, how far it is, the cards.
function Cards({ onIssued }: { onIssued: () => void }) {
  const now = useStore(issuing);
  const shown = useStore(sheet);
  const signing = useSigning();
  const show = () => signing.sign(() => get<Sheet>(sheetPath(now!.job!)).then((said) => sheet.set(said)), () => undefined);
  const have = () => signing.sign((alone) => post<{ people: number }>('/api/cards/confirm', { job: shown!.job, ...(alone ? { alone } : {}) }), () => {
    toast(t('issued', { n: shown!.cards.length }));
    sheet.set(null);
    onIssued();
  });
  useEffect(() => {
    if (now?.state !== 'ready' || now.job !== begun) return;
    begun = '';
    show();
  }, [now]);
  if (shown) return <CardSheet sheet={shown} signing={signing} onHave={have} onClose={() => sheet.set(null)}
    onAgain={(table) => signing.sign((alone) => begin(table, alone), () => sheet.set(null))} />;
  return (
    <>
      {now && <Issuing now={now} busy={signing.busy} onShow={show} />}
      {isUnderWay(now) ? signing.dialogs : <Issue signing={signing} />}
    </>
  );
}

function People() {
  const [text, setText] = useState('');
  const asked = useAsk<{ people: Person[]; total: number }>(peoplePath(text.trim()));
  const it = asked.data;
  return (
    <Panel title={t('peopleTitle')} class="no-print">
      <TextField label={t('find')} type="search" value={text} maxLength={60} data-key="cards/find" onText={setText} />
      {!it ? <Loading asked={asked} /> : it.people.length === 0 ? (text ? <p>{all('noMatch')}</p> : <Empty icon="ok" title={t('peopleNone')} />) : (
        <>
          <p class="soft">{it.total > it.people.length ? t('shownOf', { shown: number(it.people.length), n: number(it.total) }) : t('found', { n: it.total })}</p>
          <div class="table-box" role="region" tabIndex={0} aria-label={t('peopleTitle')}>
            <table>
              <thead><tr>{[t('person'), t('placeOf'), t('cardTail'), t('batch'), t('issuedOn'), t('monthMinutes'), t('cardState')].map((head) => <th key={head} scope="col">{head}</th>)}</tr></thead>
              <tbody>
                {it.people.map((one) => (
                  <tr key={one.card}>
                    <td><a href={href('card', one.card)} data-key={`card/${one.card}`}>{one.name || t('unnamed')}</a></td>
                    <td>{one.place}</td><td>{one.tail}</td><td><code>{one.batch}</code></td><td>{one.issued_s ? dayText(one.issued_s) : ''}</td>
                    <td class="n">{one.month_minutes === undefined ? '' : number(one.month_minutes)}</td>
                    <td>{one.ended ? <span class="tag first">{t('ended')}</span> : t('valid')}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Panel>
  );
}

// Somebody without a card who stands in a register by name.
function ForgetName() {
  const [name, setName] = useState('');
  const [station, setStation] = useState('');
  const [sure, setSure] = useState(false);
  const [busy, act] = useAct();
  const forget = () => act(() => post('/api/cards/forget', { name: name.trim(), ...(station.trim() ? { station: station.trim() } : {}) }), t('forgotten'))
    .then((done) => { if (done !== undefined) { setName(''); setStation(''); } });
  return (
    <Panel title={t('forgetName')} class="no-print">
      <p class="soft">{t('forgetNameMore')}</p>
      <form onSubmit={(e) => { e.preventDefault(); if (name.trim()) setSure(true); }}>
        <div class="two">
          <TextField label={t('person')} value={name} maxLength={60} data-key="forget/name" onText={setName} />
          <TextField label={t('forgetStation')} value={station} maxLength={12} autocapitalize="off" data-key="forget/station" onText={setStation} />
        </div>
        <Button kind="danger" type="submit" icon="trash" busy={busy} disabled={!name.trim()} data-key="forget/go">{t('forgetNameGo')}</Button>
        {busy && <Looking />}
      </form>
      {sure && <Confirm title={t('forgetSure', { name: name.trim() })} yes={t('forgetNameGo')} danger onClose={() => setSure(false)} onYes={() => void forget()}><p>{t('forgetMore')}</p></Confirm>}
    </Panel>
  );
}

export function CardsPage() {
  const [turn, setTurn] = useState(0);
  return (
    <>
      <h1 class="no-print">{all('cards')}</h1>
      <p class="lead no-print">{t('cardsLead')}</p>
      <div class="no-print"><KeyLine /></div>
      <Cards onIssued={() => setTurn(turn + 1)} />
      <People key={turn} />
      <ForgetName />
    </>
  );
}
