// Telling the node what is shown on this screen: of a film by what its element
// does, of a handout by its page. Failures are silent.
import { useEffect, useRef } from 'preact/hooks';
import { post } from '../../lib/api';
import type { Lesson, Part } from '../../lib/api';
import { screen } from '../live';
import { study } from './live';
import { Reporter, type Body, type Counted, type Doing, type Played } from './reporter';

const LOOK_MS = 5000;

export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// It may be sent while the page goes away.
const send = (body: Body) => post<Counted>('/api/study/play', body, true);

// What plays on a TV belongs to the study that runs. The node knows that of its
// own screen; of a box that is another machine the page says it.
function belongs(lesson: string): string | undefined {
  const now = study.get();
  const view = screen.get().view;
  if (!now?.running || now.here || view === 'phone' || (view === 'pc' && now.card)) return undefined;
  return now.running.lessons.some((one) => one.id === lesson) ? now.running.id : undefined;
}

export function played(lesson: Pick<Lesson, 'id' | 'rev' | 'title'>, file: Part): Played {
  const belonging = belongs(lesson.id);
  return {
    lesson: lesson.id, rev: lesson.rev, as: file.kind as Played['as'], title: lesson.title,
    ...(belonging ? { in: belonging } : {}),
  };
}

function reporter(what: () => Played): { it: Reporter; over: () => void } {
  const it = new Reporter(what, { now: () => performance.now(), id: newId, send });
  const touched = (event: Event) => { if (!(event as KeyboardEvent).repeat) it.key(); };
  for (const name of ['keydown', 'mousedown', 'touchstart']) addEventListener(name, touched, true);
  return { it, over: () => { for (const name of ['keydown', 'mousedown', 'touchstart']) removeEventListener(name, touched, true); } };
}

// Of a film, while `url` is what the element shows.
export function useFilmReport(video: { current: HTMLVideoElement | null }, url: string | undefined, what: (() => Played) | null): void {
  const now = useRef(what);
  now.current = what;
  const wanted = what !== null;
  useEffect(() => {
    const v = video.current;
    if (!v || !url || !wanted) return undefined;
    const { it, over } = reporter(() => now.current!());
    let went = { t: performance.now(), at: 0 }; // where it was last seen going on
    const of = () => (isFinite(v.duration) ? v.duration : 0);
    const say = (state: Doing, at = v.currentTime, t?: number) => it.note(at, of(), v.playbackRate, state, t);
    const doing = (): Doing => (v.ended ? 'ended' : document.visibilityState === 'hidden' ? 'hidden' : v.paused ? 'paused'
      : v.seeking || v.readyState < 3 ? 'waiting' : 'playing');
    const look = () => say(doing());
    let moving = false;
    const on: Record<string, () => void> = {
      playing: () => { moving = true; look(); },
      pause: () => { if (!v.ended) look(); },
      waiting: look,
      // Where it stands now is where it goes to: what it came from is told first.
      seeking: () => {
        if (moving) say('waiting', went.at, went.t);
        moving = false;
        say('waiting');
      },
      seeked: () => { if (!v.paused) moving = true; look(); },
      ended: () => say('ended'),
      ratechange: look,
      timeupdate: () => { if (!v.seeking) went = { t: performance.now(), at: v.currentTime }; },
      emptied: () => { if (moving) say('waiting', went.at, went.t); moving = false; },
    };
    const timer = setInterval(() => { look(); it.tick(); }, LOOK_MS);
    const leave = (hurry?: boolean) => {
      say(doing() === 'playing' ? 'playing' : 'paused', v.readyState ? v.currentTime : went.at);
      it.leave(hurry);
    };
    const away = () => leave(true);
    for (const name of Object.keys(on)) v.addEventListener(name, on[name]!);
    document.addEventListener('visibilitychange', look);
    addEventListener('pagehide', away);
    return () => {
      clearInterval(timer);
      for (const name of Object.keys(on)) v.removeEventListener(name, on[name]!);
      document.removeEventListener('visibilitychange', look);
      removeEventListener('pagehide', away);
      leave();
      over();
    };
  }, [url, wanted]);
}

// Of a handout, by the page that is seen (0: none yet) of `pages`.
export function usePageReport(page: number, pages: number, what: (() => Played) | null): void {
  const at = useRef({ page, pages, what });
  at.current = { page, pages, what };
  const told = useRef<Reporter | null>(null);
  const say = () => {
    const now = at.current;
    if (now.page > 0) told.current?.note(now.page, now.pages, 1, document.visibilityState === 'hidden' ? 'hidden' : 'reading');
  };
  const wanted = what !== null;
  useEffect(() => {
    if (!wanted) return undefined;
    const { it, over } = reporter(() => at.current.what!());
    told.current = it;
    const timer = setInterval(() => { say(); it.tick(); }, LOOK_MS);
    const leave = (hurry?: boolean) => { say(); it.leave(hurry); };
    const away = () => leave(true);
    document.addEventListener('visibilitychange', say);
    addEventListener('pagehide', away);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', say);
      removeEventListener('pagehide', away);
      leave();
      over();
      told.current = null;
    };
  }, [wanted]);
  useEffect(say, [page, pages, wanted]);
}
