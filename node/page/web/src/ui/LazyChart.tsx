// The chart, fetched with its library only where one is shown.
import { late, useLate } from '../lib/late';
import type { ChartProps } from './Chart';

const chart = late(() => import('./Chart').then((module) => module.default));

export function LazyChart(props: ChartProps) {
  const Chart = useLate(chart);
  return Chart ? <Chart {...props} /> : <div class="chart" style={{ height: `${props.height ?? 180}px` }} />;
}
