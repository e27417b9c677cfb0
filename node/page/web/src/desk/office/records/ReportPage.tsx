import { useMemo, useState } from 'preact/hooks';
import { useAsk } from '../../../lib/ask';
import { number } from '../../../lib/format';
import { useStore } from '../../../lib/store';
import { Button } from '../../../ui/Button';
import { Panel } from '../../../ui/Card';
import { CountingRules } from '../../../ui/CountingRules';
import { t as counting } from '../../../lib/counting';
import { Empty } from '../../../ui/Empty';
import { me } from '../../live';
import { Loading, Notice } from '../../parts';
import { Choice } from '../../parts/Choice';
import { PrintOf, printedOn, usePaper } from '../../paper';
import { go } from '../../route';
import { MonthLine, PlaceBars } from './Bars';
import { Closing, Supplement } from './Closing';
import { choices, isMonth, monthOf } from './month';
import { ReportTable } from './ReportTable';
import { byPlace, line, monthNames, readAt, sayAt, type At } from './rows';
import { monthText, nameOf } from './said';
import { csvPath, reportPath, type Report } from './types';
import { t } from './words';

const TABLES = ['places', 'groups', 'stations', 'studies', 'personals', 'equipment', 'machines', 'faults', 'wishes'] as const;
const NO_FILTER = '-';

export function Downloads({ month }: { month: string }) {
  return (
    <Panel title={t('csv')} class="no-print">
      <p class="soft">{t('csvMore')}</p>
      <p class="actions">
        {TABLES.map((what) => <a key={what} class="button" href={csvPath(month, what)} download={`${month}-${what}.csv`} data-key={`csv/${what}`}>{t(`csv_${what}`)}</a>)}
      </p>
    </Panel>
  );
}

// What to look at: the choices of places and groups stay those of the whole.
function Filters({ at, report, now }: { at: At; report: Report | undefined; now: string }) {
  const whole = useAsk<Report>(at.region || at.group ? reportPath(at.month, '', '', false) : null);
  const all = at.region || at.group ? whole.data : report;
  const turn = (to: Partial<At>) => go('report', sayAt({ ...at, ...to }));
  const choose = (value: string) => (value === NO_FILTER ? '' : value);
  return (
    <div class="filters no-print">
      <Choice label={t('month')} k="report/month" value={at.month} options={choices(monthNames(all?.months).concat(at.month), now).map((one) => [one, monthText(one)] as const)} onValue={(month) => turn({ month })} />
      <Choice label={t('region')} k="report/region" value={at.region || NO_FILTER} onValue={(value) => turn({ region: choose(value) })}
        options={[[NO_FILTER, t('everywhere')] as const, ...(all?.places ?? []).map((row) => [row.region, nameOf(row)] as const)]} />
      {(all?.groups.length ?? 0) > 0 && (
        <Choice label={t('group')} k="report/group" value={at.group || NO_FILTER} onValue={(value) => turn({ group: choose(value) })}
          options={[[NO_FILTER, t('noGroup')] as const, ...all!.groups.map((row) => [row.name, row.name] as const)]} />
      )}
    </div>
  );
}

const group = (report: Report) => report.groups.map((place) => ({ place, stations: report.stations.filter((row) => row.groups?.includes(place.name)) }));

function Shown({ report, rank, onRank, now, again }: { report: Report; rank: boolean; onRank: () => void; now: string; again: () => void }) {
  const [open, setOpen] = useState<readonly string[]>([]);
  const places = useMemo(() => byPlace(report), [report]);
  const every = places.map((one) => one.place.region);
  const all = every.length > 0 && every.every((region) => open.includes(region));
  const { total } = report;
  if (total.stations === 0 && report.stations.length === 0) return <Empty icon="place" title={t('nothingYet')}><p>{t('nothingMore')}</p></Empty>;
  return (
    <>
      <p class="big-line">{t('summary', { stations: number(total.stations), reached: number(total.norm_reached), zero: number(total.zero), silent: number(total.silent) })}</p>
      <Closing report={report} now={now} onClosed={again} />
      {total.uncertain_minutes > 0 && <Notice kind="warn" title={t('uncertainMore', { n: number(total.uncertain_minutes) })} />}
      <p class="actions no-print">
        <Button data-key="report/open-all" onClick={() => setOpen(all ? [] : every)}>{all ? t('shutAll') : t('openAll')}</Button>
        <Button data-key="report/rank" aria-pressed={rank} onClick={onRank}>{rank ? t('hideRank') : t('showRank')}</Button>
        <Button icon="document" data-key="report/print" onClick={() => print()}>{t('print')}</Button>
      </p>
      {rank && <p class="soft">{t('rankLead')}</p>}
      <ReportTable first={t('place')} places={places} total={total} month={report.month} rank={rank} open={(region) => open.includes(region)}
        onOpen={(region) => setOpen(open.includes(region) ? open.filter((one) => one !== region) : open.concat(region))} />
      {report.groups.length > 0 && (
        <section class="keep">
          <h2>{t('perGroup')}</h2>
          <ReportTable first={t('group')} places={group(report)} total={null} month={report.month} rank={rank} open={() => false} />
        </section>
      )}
      <Supplement report={report} />
      <Panel title={t('barsTitle')}><PlaceBars places={report.places} norm={report.norm} /></Panel>
      {line(report.months).length > 1 && <Panel title={t('monthsTitle')}><MonthLine months={report.months} now={report.month} /></Panel>}
      <Downloads month={report.month} />
      <Panel title={counting('title')}><CountingRules norm={report.norm} /></Panel>
    </>
  );
}

// The month that runs, unless another is chosen: so a new office is not led to an empty one.
export function ReportPage({ of }: { of: string }) {
  const who = useStore(me);
  const [rank, setRank] = useState(false);
  const now = monthOf(who?.now_s ?? 0);
  const read = readAt(of);
  const at = { ...read, month: isMonth(read.month) ? read.month : now };
  const asked = useAsk<Report>(reportPath(at.month, at.region, at.group, rank));
  const plain = useAsk<Report>(rank ? reportPath(at.month, at.region, at.group, false) : null);
  const report = asked.data ?? plain.data; // while the rank is on its way
  const title = t('bulletinOf', { office: who?.node.name ?? '', month: monthText(at.month) });
  const nowS = who?.now_s ?? 0;
  usePaper('landscape', '12mm', `${title} · ${printedOn(nowS)}`);
  return (
    <>
      <div class="heading">
        <h1>{t('reportOf', { month: monthText(at.month) })}</h1>
        <Button class="no-print" data-key="report/again" onClick={asked.again}>{t('refresh')}</Button>
      </div>
      <p class="print-only print-title">{title}</p>
      <PrintOf of="" nowS={nowS} />
      <p class="lead no-print">{t('reportLead')}</p>
      <Filters at={at} report={asked.data} now={now} />
      {report ? <Shown key={sayAt(at)} report={report} rank={rank} onRank={() => setRank(!rank)} now={now} again={asked.again} /> : <Loading asked={asked} />}
    </>
  );
}
