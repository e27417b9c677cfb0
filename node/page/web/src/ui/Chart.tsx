// A live chart (uPlot). Loaded when first shown: see `LazyChart` for use.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { rate } from '../lib/format';

// Lines are told apart by their dashes, too.
export interface Line { label: string; color: string; values: (number | null)[]; dash?: number[] }
export interface ChartProps {
  label: string; // said to who cannot see it
  times: number[]; // seconds before now: 0 and less
  sayTime: (seconds: number) => string;
  font?: number; // px
  lines: Line[];
  height?: number;
  say?: (value: number) => string; // of a value; bytes a second if not given
}

const MINUTE = 60;
// Steps of the axis that read well where a kilobyte has 1024 bytes.
const STEPS = [1, 1024, 1024 ** 2, 1024 ** 3].reduce<number[]>((all, unit) => all.concat([1, 2, 5, 10, 20, 50, 100, 200, 500].map((n) => n * unit)), []);

export default function Chart({ label, times, lines, height = 180, font = 13, say = rate, sayTime }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data = [times, ...lines.map((line) => line.values)] as uPlot.AlignedData;
  const shape = lines.map((line) => line.label + line.color).join() + font;
  const words = useRef({ say, sayTime });
  words.current = { say, sayTime };

  useEffect(() => {
    const place = box.current!;
    const colour = getComputedStyle(place).color;
    const axis = { stroke: colour, grid: { stroke: 'rgba(128,128,128,.25)', width: 1 }, ticks: { show: false },
      font: `${Math.round(font)}px ${getComputedStyle(place).fontFamily}` };
    const made = new uPlot({
      width: place.clientWidth || 400,
      height,
      cursor: { show: false },
      legend: { show: false },
      padding: [font, font * 2, 0, 0],
      scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(most ?? 0, 1024) * 1.1] } },
      axes: [
        { ...axis, size: font * 2, splits: (u, _, from) => {
          const step = u.width / font < 34 ? 2 * MINUTE : MINUTE;
          return Array.from({ length: Math.floor(-from / step) + 1 }, (__, i) => (i && -i * step)).reverse();
        },
         
          values: (_, all) => all.map((v) => words.current.sayTime(v)) },
        { ...axis, size: font * 6, incrs: STEPS, values: (_, all) => all.map((v) => words.current.say(v)) },
      ],
      series: [{}, ...lines.map((line) => ({
        label: line.label, stroke: line.color, width: Math.max(2, font / 7), fill: `${line.color}1a`, dash: line.dash ?? [], points: { show: false },
      }))],
    }, data, place);
    plot.current = made;
    const fit = () => made.setSize({ width: place.clientWidth || 400, height });
    window.addEventListener('resize', fit);
    return () => {
      window.removeEventListener('resize', fit);
      made.destroy();
      plot.current = null;
    };
  }, [shape, height, font]);

  useEffect(() => plot.current?.setData(data), [times, lines]);

  return (
    <figure class="chart">
      <div ref={box} role="img" aria-label={label} />
      <figcaption aria-hidden="true">
        {lines.map((line) => (
          <span key={line.label}>
            <svg viewBox="0 0 40 8"><line x1="0" y1="4" x2="40" y2="4" stroke={line.color} stroke-width="4" stroke-dasharray={(line.dash ?? []).join(' ')} /></svg>
            {line.label}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
