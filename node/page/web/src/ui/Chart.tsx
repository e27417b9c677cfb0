// A live chart (uPlot). Loaded when first shown: see `LazyChart` for use.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { rate } from '../lib/format';

export interface Line { label: string; color: string; values: (number | null)[] }
export interface ChartProps {
  label: string; // said to who cannot see it
  times: number[]; // seconds since 1970
  lines: Line[];
  height?: number;
  say?: (value: number) => string; // of a value; bytes a second if not given
}

export default function Chart({ label, times, lines, height = 180, say = rate }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data = [times, ...lines.map((line) => line.values)] as uPlot.AlignedData;
  const shape = lines.map((line) => line.label + line.color).join();

  useEffect(() => {
    const place = box.current!;
    const colour = getComputedStyle(place).color;
    const axis = { stroke: colour, grid: { stroke: 'rgba(128,128,128,.25)', width: 1 }, ticks: { show: false } };
    const made = new uPlot({
      width: place.clientWidth || 400,
      height,
      cursor: { show: false },
      legend: { show: false },
      scales: { y: { range: (_, __, most) => [0, Math.max(most ?? 0, 1) * 1.1] } },
      axes: [axis, { ...axis, size: 76, values: (_, all) => all.map((v) => say(v)) }],
      series: [{}, ...lines.map((line) => ({ label: line.label, stroke: line.color, width: 2, fill: `${line.color}22` }))],
    }, data, place);
    plot.current = made;
    const fit = () => made.setSize({ width: place.clientWidth || 400, height });
    window.addEventListener('resize', fit);
    return () => {
      window.removeEventListener('resize', fit);
      made.destroy();
      plot.current = null;
    };
  }, [shape, height]);

  useEffect(() => plot.current?.setData(data), [times, lines]);

  return (
    <figure class="chart" role="img" aria-label={label}>
      <div ref={box} />
      <figcaption aria-hidden="true">
        {lines.map((line) => <span key={line.label}><i style={{ background: line.color }} />{line.label}</span>)}
      </figcaption>
    </figure>
  );
}
