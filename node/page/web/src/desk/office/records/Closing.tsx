// Closing a month: its bulletin is fixed then, and what comes later is told in
// a supplement with its date.
import { useState } from 'preact/hooks';
import { post } from '../../../lib/api';
import { date, number } from '../../../lib/format';
import { Button } from '../../../ui/Button';
import { Panel } from '../../../ui/Card';
import { Confirm, Notice, useAct } from '../../parts';
import { ReportTable } from './ReportTable';
import { byPlace, sum, type PlaceRows } from './rows';
import { dayText, monthText } from './said';
import type { Report, Row } from './types';
import { t } from './words';

export function Closing({ report, now, onClosed }: { report: Report; now: string; onClosed: () => void }) {
  const [sure, setSure] = useState(false);
  const [busy, act] = useAct();
  const { month, closed, total } = report;
  if (closed) return <Notice kind="ok" icon="lock" title={t('closedAt', { date: dayText(closed.at_s) })} />;
  if (month >= now) return <p class="soft no-print">{t('running')}</p>;
  return (
    <div class="closing no-print">
      <span>{t('notClosed')}</span>
      <Button icon="lock" busy={busy} data-key="report/close" onClick={() => setSure(true)}>{t('close')}</Button>
      {sure && (
        <Confirm title={t('closeSure', { month: monthText(month) })} yes={t('close')} danger onClose={() => setSure(false)}
          onYes={() => void act(() => post('/api/report/close', { month }), t('closed')).then((done) => { if (done !== undefined) onClosed(); })}>
          <p>{t('closeMore')}</p>
          <p class={total.silent ? 'what warn' : ''}>{total.silent ? t('closeSilent', { n: total.silent }) : t('closeNoneSilent')}</p>
          {total.uncertain_minutes > 0 && <p class="what warn">{t('closeUncertain', { n: number(total.uncertain_minutes) })}</p>}
        </Confirm>
      )}
    </div>
  );
}

// Under the names of the places, with what came late alone.
const late = (places: readonly Row[], stations: Row[]): PlaceRows[] =>
  byPlace({ places: places.slice(), stations }).filter((one) => one.stations.length > 0)
    .map((one) => ({ ...one, place: { ...sum(one.stations), region: one.place.region, name: one.place.name } }));

export function Supplement({ report }: { report: Report }) {
  const it = report.supplement;
  if (!report.closed) return null;
  if (!it || it.stations.length === 0) return <p class="soft">{t('supplementNone')}</p>;
  return (
    <Panel title={t('supplement', { date: date(it.to) })} class="supplement">
      <p class="soft">{t('supplementMore')}</p>
      <ReportTable first={t('place')} places={late(report.places, it.stations)} total={it.total} month={report.month} rank={false} open={() => true} sums />
    </Panel>
  );
}
