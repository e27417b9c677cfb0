import { useAsk } from '../../../lib/ask';
import { date, lasting, number, size } from '../../../lib/format';
import { useStore } from '../../../lib/store';
import { Panel } from '../../../ui/Card';
import { Tabs } from '../../../ui/Tabs';
import { me } from '../../live';
import { Facts, Loading, type Fact } from '../../parts';
import { Choice } from '../../parts/Choice';
import { go, href } from '../../route';
import { Book, Table } from './Book';
import { choices, isMonth, monthOf, plusMonths } from './month';
import { Flags } from './ReportTable';
import { minutesOf } from './rows';
import { contentOf, dayText, monthText, nameOf, stateText, whenText, whoOf, word } from './said';
import { photoPath, stationPath, type MachineFacts, type StationBooks, type StudyRow } from './types';
import { t } from './words';

const BOOKS = ['studies', 'personals', 'equipment', 'others', 'plays'] as const;
type BookId = (typeof BOOKS)[number];
const NAMES = { studies: 'studyBook', personals: 'personalBook', equipment: 'ledger', others: 'others', plays: 'plays' } as const;

interface Shown { books: StationBooks; code: string; of: string }

function Lines({ all }: { all: readonly string[] }) {
  return <>{all.map((one, i) => <p key={i}>{one}</p>)}</>;
}

function Photo({ study, code }: { study: StudyRow; code: string }) {
  if (!study.photo) return null;
  const path = photoPath(code, study.id);
  return <a href={path} target="_blank" rel="noopener"><img class="study-photo" src={path} alt={t('photoOf', { when: whenText(study) })} /></a>;
}

function Studies({ books, code, of }: Shown) {
  return (
    <Book name={t('studyBook')} of={of} sign none={t('studiesNone')}
      heads={[t('number'), t('began'), t('content'), t('by'), t('heads'), t('minutesOf'), t('names'), t('note'), t('photo'), t('marks')]}
      rows={books.studies.map((one) => [whenText(one), <Lines all={contentOf(one)} />, one.by ?? '', one.heads, minutesOf(one) + (one.hand_minutes ?? one.outside?.minutes ?? 0), whoOf(one).join('、'),
        <p class="as-written">{one.note ?? ''}</p>, <Photo study={one} code={code} />, <Flags flags={one.flags} />])} />
  );
}

function Personals({ books, of }: Shown) {
  return (
    <Book name={t('personalBook')} of={of} sign none={t('personalsNone')} heads={[t('number'), t('began'), t('cardTail'), t('person'), t('items'), t('minutesOf'), t('screen'), t('marks')]}
      rows={books.personals.map((one) => [whenText(one), one.tail ?? '', one.name ?? '', one.plays, minutesOf(one), word('on', one.on), <Flags flags={one.flags} />])} />
  );
}

function Ledger({ books, of }: Shown) {
  return (
    <Book name={t('ledger')} of={of} sign none={t('equipmentNone')} heads={[t('number'), t('equipmentName'), t('count'), t('state'), t('since'), t('remark')]}
      rows={books.equipment.map((one) => [one.name, one.count, word('eq', one.state), one.since ? date(one.since) : '', <p class="as-written">{one.note ?? ''}</p>])}>
      <h3>{t('machine')}</h3>
      <Machine facts={books.machine} />
    </Book>
  );
}

function Others({ books, of }: Shown) {
  return (
    <Book name={t('others')} of={of} none={t('faultsNone')} heads={[t('number'), t('reported'), t('faultWhat'), t('faultText'), t('state')]}
      rows={books.faults.map((one) => [one.at ? date(one.at) : t('dateUncertain'), word('fault', one.what), <p class="as-written">{one.text}</p>, one.fixed ? t('fixed') : <span class="tag warn first">{t('open')}</span>])}>
      <h3>{t('wishesTitle')}</h3>
      {books.wishes.length === 0 ? <p>{t('wishesNone')}</p>
        : <Table heads={[t('reported'), t('wish')]} rows={books.wishes.map((one) => [one.at ? date(one.at) : t('dateUncertain'), <p class="as-written">{one.text}</p>])} />}
    </Book>
  );
}

const MOST_PLAYS = 500;

function Plays({ books, of }: Shown) {
  const plays = books.plays ?? [];
  return (
    <Book name={t('plays')} of={of} none={t('playsNone')} heads={[t('number'), t('began'), t('content'), t('kindOfPlay'), t('minutesOf'), t('screen'), t('marks')]}
      rows={plays.map((one) => [whenText(one), `${one.title || one.lesson || ''}${one.as ? ` (${word('as', one.as)})` : ''}`, word('kind', one.kind), minutesOf(one), word('on', one.on), <Flags flags={one.flags} />])}>
      {plays.length >= MOST_PLAYS && <p class="soft">{t('playsMost')}</p>}
    </Book>
  );
}

function Machine({ facts: it }: { facts: MachineFacts | null | undefined }) {
  if (!it) return <p>{t('machineNone')}</p>;
  const facts: (Fact | false)[] = [
    it.at_s !== undefined && [t('machineAt'), dayText(it.at_s)],
    it.up_s !== undefined && [t('up'), lasting(it.up_s)],
    it.on_hours !== undefined && [t('onHours'), t('hours', { n: it.on_hours })],
    it.disk_total !== undefined && [t('diskFree'), t('ofAll', { free: size(it.disk_free ?? 0), all: size(it.disk_total) }), it.flags?.includes('full') ? 'warn' : undefined],
    it.smart !== undefined && [t('smart'), word('smart', it.smart), it.smart === 'failing' ? 'bad' : it.smart === 'ok' ? 'ok' : undefined],
    it.temperature !== undefined && [t('temperature'), `${it.temperature} °C`],
    it.held !== undefined && [t('heldWanted'), t('heldOf', { held: number(it.held), wanted: number(it.wanted ?? 0) })],
    !!it.drive_s && [t('lastDrive'), dayText(it.drive_s)],
    !!it.version && [t('version'), it.version],
  ];
  return <Facts facts={facts.filter((one): one is Fact => !!one)} />;
}

const SHOWN = { studies: Studies, personals: Personals, equipment: Ledger, others: Others, plays: Plays };

export const bookAt = (of: string): { code: string; month: string; book: BookId } => {
  const [code = '', month = '', book = ''] = of.split('/');
  return { code, month, book: (BOOKS as readonly string[]).includes(book) ? book as BookId : 'studies' };
};

const before = (now: string) => Array.from({ length: 12 }, (_, i) => plusMonths(now, -i));

// Of one station: what its people would have written into their books.
export function StationBook({ of }: { of: string }) {
  const who = useStore(me);
  const now = monthOf(who?.now_s ?? 0);
  const at = bookAt(of);
  const month = isMonth(at.month) ? at.month : now;
  const asked = useAsk<StationBooks>(stationPath(at.code, month));
  const books = asked.data;
  if (!books) return <Loading asked={asked} />;
  const { station } = books;
  const One = SHOWN[at.book];
  const turn = (to: string, book: string) => `${at.code}/${to}/${book}`;
  return (
    <>
      <h1 class="no-print">{t('bookOf', { name: nameOf(station) })}</h1>
      <p class="line soft no-print"><span>{monthText(month)}</span><code>{at.code}</code><span>{station.region}</span><span>{stateText(station)}</span><span>{t('minutesOf')}: {number(station.minutes)}</span>
        {!!station.heard_s && <span>{t('lastHeard')}: {dayText(station.heard_s)}</span>}<Flags flags={station.flags} /></p>
      <div class="filters no-print">
        <Choice label={t('month')} k="book/month" value={month} options={choices(before(now).concat(month), now).map((one) => [one, monthText(one)] as const)} onValue={(to) => go('station-book', turn(to, at.book))} />
      </div>
      <div class="no-print"><Tabs label={t('bookOf', { name: nameOf(station) })} now={at.book} href={(id) => href('station-book', turn(month, id))}
        tabs={BOOKS.map((id) => ({ id, label: t(NAMES[id]) }))} /></div>
      <Panel><One books={books} code={at.code} of={`${nameOf(station)} (${at.code}) · ${monthText(month)}`} /></Panel>
    </>
  );
}
