// The chart, fetched with its library only where one is shown.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ChartProps } from './Chart';

let loaded: ComponentType<ChartProps> | null = null;

export function LazyChart(props: ChartProps) {
  const [Chart, setChart] = useState<ComponentType<ChartProps> | null>(() => loaded);
  useEffect(() => {
    if (!loaded)
      import('./Chart').then((module) => {
        loaded = module.default;
        setChart(() => loaded);
      });
  }, []);
  return Chart ? <Chart {...props} /> : <div class="chart" style={{ height: `${props.height ?? 180}px` }} />;
}
