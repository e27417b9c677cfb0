// The picture of a month: bars by township with the norm across them, and the
// line of the months before. Drawn of boxes and strokes, so that they print.
import { number } from '../../../lib/format';
import { bars, KINDS, line } from './rows';
import { monthText, nameOf } from './said';
import type { Report } from './types';
import { t } from './words';

const percent = (share: number) => `${Math.round(share * 1000) / 10}%`;

export function PlaceBars({ places, norm }: Pick<Report, 'places' | 'norm'>) {
  const { bars: all, norm: at } = bars(places, norm);
  if (all.length === 0) return null;
  return (
    <figure class="place-bars">
      <ul>
        {all.map(({ row, average, parts }) => (
          <li key={row.region + row.name}>
            <span class="name">{nameOf(row)}</span>
            <span class="bar" role="img" aria-label={t('barSaid', { name: nameOf(row), n: Math.floor(average) })}>
              {parts.map((part) => part.share > 0 && <span key={part.kind} class={`part kind-${part.kind}`} title={`${t(`kind_${part.kind}`)} ${number(Math.floor(part.minutes))}`} style={{ width: percent(part.share) }} />)}
              <span class="norm-at" style={{ left: percent(at) }} />
            </span>
            <span class="value" aria-hidden="true">{number(Math.floor(average))}</span>
          </li>
        ))}
      </ul>
      <figcaption>
        {KINDS.map((kind) => <span key={kind}><span class={`swatch part kind-${kind}`} />{t(`kind_${kind}`)}</span>)}
        <span><span class="swatch norm-swatch" />{t('normLine', { n: norm })}</span>
      </figcaption>
    </figure>
  );
}

const HIGH = 100;
const TOP = 8;

// From two months on: a point is no line. Each month stands in the middle of
// its own column, above its name.
export function MonthLine({ months, now }: { months: Report['months']; now: string }) {
  const all = line(months);
  if (all.length < 2) return null;
  const most = Math.max(1, ...all.map((one) => one.minutes));
  const at = (i: number) => `${(i + 0.5) * 10} ${HIGH - (HIGH - TOP) * all[i]!.minutes / most}`;
  const said = all.map((one) => `${monthText(one.month)} ${number(one.minutes)}`).join(', ');
  return (
    <figure class="month-line" role="img" tabIndex={0} aria-label={t('monthsSaid', { all: said })}>
      <div style={{ minWidth: `${all.length * 3.6}rem` }}>
        <svg viewBox={`0 0 ${all.length * 10} ${HIGH}`} preserveAspectRatio="none" aria-hidden="true">
          <path class="months" d={all.map((_, i) => `${i ? 'L' : 'M'}${at(i)}`).join('')} />
          {all.map((one, i) => <path key={one.month} class={one.month === now ? 'dot now' : 'dot'} d={`M${at(i)}h0`} />)}
        </svg>
        <ol aria-hidden="true">
          {all.map((one) => <li key={one.month} class={one.month === now ? 'now' : ''}><b>{number(one.minutes)}</b><span>{one.month.slice(2).replace('-', '/')}</span></li>)}
        </ol>
      </div>
    </figure>
  );
}
