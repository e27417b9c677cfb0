// The chart, fetched with its library only where one is shown.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { online } from '../lib/ask';
import { useStore } from '../lib/store';
import type { ChartProps } from './Chart';

let loaded: ComponentType<ChartProps> | null = null;

export function LazyChart(props: ChartProps) {
  const [Chart, setChart] = useState<ComponentType<ChartProps> | null>(() => loaded);
  const up = useStore(online);
  useEffect(() => {
    if (!loaded && up)
      import('./Chart').then((module) => {
        loaded = module.default;
        setChart(() => loaded);
      }, () => undefined); // the node is away: asked again when it is back
  }, [up]);
  return Chart ? <Chart {...props} /> : <div class="chart" style={{ height: `${props.height ?? 180}px` }} />;
}
