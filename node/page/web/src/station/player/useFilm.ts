// The film itself: what it does now, and how it comes back after a failure.
//
//   starting -> playing <-> paused
//      |          |  ^
//      |       waiting         the next bytes are not here: arriving, or a slow line
//      v          v
//     lost <-> (node away)     asked again by itself until the node answers
//     broken                   this browser, or this node, will never play it
//
// `lost` remembers where the film was; the same address is opened again and the
// film goes on from there.
import { useEffect, useRef, useState } from 'preact/hooks';
import { online } from '../../lib/ask';
import { useStore } from '../../lib/store';
import { t } from '../words';

export type Doing = 'starting' | 'playing' | 'paused' | 'waiting' | 'lost' | 'broken' | 'over';

export interface Film {
  doing: Doing;
  at: number;
  of: number;
  buffered: number; // up to where from here, in seconds
  shape: number; // width by height
  trouble: string;
  blocked: boolean; // the browser wants a press first
  toggle(): void;
  seek(to: number): void;
}

const RETRY_MS = [1000, 2000, 3000, 5000];

// Why it failed, by asking for one byte: null when the node is away.
async function reason(url: string): Promise<{ broken: string } | null> {
  try {
    const answer = await fetch(url, { headers: { Range: 'bytes=0-0' }, cache: 'no-store' });
    if (answer.status >= 500 || answer.status === 429) return null;
    if (answer.status === 404 || answer.status === 410) return { broken: t('gone') };
    if (!answer.ok) return { broken: t('refusedFile', { text: `HTTP ${answer.status}` }) };
    return { broken: t('cannot') };
  } catch {
    return null;
  }
}

export function useFilm(video: { current: HTMLVideoElement | null }, url: string | undefined, from: number, rate: number): Film {
  const [doing, setDoing] = useState<Doing>('starting');
  const [time, setTime] = useState({ at: from, of: 0, buffered: 0 });
  const [shape, setShape] = useState(16 / 9);
  const [trouble, setTrouble] = useState('');
  const [blocked, setBlocked] = useState(false);
  const up = useStore(online);
  const place = useRef({ at: from, tries: 0, paused: false });
  const again = useRef<() => void>(() => undefined);

  useEffect(() => {
    const v = video.current;
    if (!v || !url) return;
    let ended = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    place.current = { at: from, tries: 0, paused: false };
    setDoing('starting');
    setTrouble('');

    const play = () => {
      const started = v.play() as Promise<void> | undefined;
      started?.then(() => setBlocked(false), (error: Error) => {
        if (!ended && error.name === 'NotAllowedError') {
          setBlocked(true);
          setDoing('paused');
        }
      });
    };
    const open = () => {
      if (ended) return;
      v.src = url;
      v.load();
    };
    again.current = () => {
      clearTimeout(timer);
      open();
    };

    const on: Record<string, () => void> = {
      loadedmetadata() {
        v.playbackRate = rate;
        if (v.videoWidth) setShape(v.videoWidth / v.videoHeight);
        if (place.current.at > 0) v.currentTime = place.current.at;
        if (!place.current.paused) play();
      },
      playing() {
        place.current.tries = 0;
        setTrouble('');
        setDoing('playing');
      },
      pause() {
        if (!v.ended && !v.error) setDoing('paused');
      },
      waiting: () => setDoing('waiting'),
      seeking: () => setDoing((was) => (was === 'paused' ? was : 'waiting')),
      seeked: () => setDoing(v.paused ? 'paused' : v.readyState > 2 ? 'playing' : 'waiting'),
      ended: () => setDoing('over'),
      timeupdate() {
        if (v.seeking || v.readyState === 0) return;
        place.current.at = v.currentTime;
      },
      error() {
        const wait = RETRY_MS[Math.min(place.current.tries++, RETRY_MS.length - 1)]!;
        const known = v.error?.code;
        setDoing('lost');
        void reason(url).then((why) => {
          if (ended) return;
          // A file that is there and answers, but will not play: once more, for
          // a connection that broke just now; then it is said.
          if (why && (place.current.tries > 2 || (known === 4 && place.current.tries > 1))) {
            setTrouble(why.broken);
            setDoing('broken');
          } else timer = setTimeout(open, wait);
        });
      },
    };
    const tick = () => {
      let buffered = 0;
      for (let i = 0; i < v.buffered.length; i++)
        if (v.buffered.start(i) <= v.currentTime + 0.5) buffered = Math.max(buffered, v.buffered.end(i));
      setTime({ at: v.readyState ? v.currentTime : place.current.at, of: isFinite(v.duration) ? v.duration : 0, buffered });
    };
    for (const name of Object.keys(on)) v.addEventListener(name, on[name]!);
    for (const name of ['timeupdate', 'durationchange', 'progress', 'seeking']) v.addEventListener(name, tick);
    open();
    return () => {
      ended = true;
      clearTimeout(timer);
      for (const name of Object.keys(on)) v.removeEventListener(name, on[name]!);
      for (const name of ['timeupdate', 'durationchange', 'progress', 'seeking']) v.removeEventListener(name, tick);
      v.pause();
      v.removeAttribute('src');
      v.load(); // lets the node's connection go
    };
  }, [url]);

  useEffect(() => {
    if (video.current) video.current.playbackRate = rate;
  }, [rate]);

  // The node is back: no need to wait for the next try.
  useEffect(() => {
    if (up && doing === 'lost') again.current();
  }, [up]);

  return {
    doing, ...time, shape, trouble, blocked,
    toggle() {
      const v = video.current;
      if (!v) return;
      if (doing === 'over') v.currentTime = 0;
      if (v.paused || doing === 'over') {
        place.current.paused = false;
        setBlocked(false);
        void (v.play() as Promise<void> | undefined)?.catch(() => undefined);
      } else {
        place.current.paused = true;
        v.pause();
      }
    },
    seek(to) {
      const v = video.current;
      if (!v || !v.readyState) return;
      const last = isFinite(v.duration) ? v.duration - 0.25 : to;
      v.currentTime = Math.max(0, Math.min(to, last));
      place.current.at = v.currentTime;
      setTime((was) => ({ ...was, at: v.currentTime }));
    },
  };
}
