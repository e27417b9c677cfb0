import { useEffect, useState } from 'preact/hooks';
import { changed } from '../lib/ask';
import { useStore } from '../lib/store';
import { Icon } from '../ui/Icon';

// A picture of 16:9, or the lesson's first characters on a colour of its topic.
export function Poster({ src, title, topic }: { src?: string; title: string; topic: string }) {
  const [broken, setBroken] = useState(false);
  // It may come after its lesson: then the library has changed.
  const when = useStore(changed);
  useEffect(() => setBroken(false), [src, when]);
  const root = topic.split('/').slice(0, 2).join('/');
  const colour = Array.from(root).reduce((n, c) => (n * 31 + c.charCodeAt(0)) % 6, 0);
  return (
    <span class={`poster tone-${colour}`} aria-hidden="true">
      {src && !broken
        ? <img src={src} alt="" loading="lazy" onError={() => setBroken(true)} />
        : <span class="letters">{title ? Array.from(title).slice(0, 2).join('') : <Icon name="play" />}</span>}
    </span>
  );
}
