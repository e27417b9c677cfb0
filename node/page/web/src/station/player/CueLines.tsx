import { useEffect, useRef } from 'preact/hooks';
import type { Lines } from './cues';

// What is being said, above the buttons, as large as was chosen.
export function Cues({ lines, size }: { lines: Lines; size: number }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const place = box.current!;
    while (place.firstChild) place.removeChild(place.firstChild);
    for (const line of lines) {
      const p = document.createElement('p');
      p.appendChild(line.cloneNode(true));
      place.appendChild(p);
    }
  }, [lines]);
  return <div ref={box} class={`cues size-${size}`} />;
}
