// The film on the whole screen.
//
// While nothing but the film shows, OK pauses, left and right go 10 s back and
// forth (more while held), up and down bring the buttons, Back leads out. On the
// bar, which has the focus when the buttons come, OK and the arrows do the same.
// The buttons go away by themselves while the film plays.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Failed, lessonPath, type Lesson } from '../../lib/api';
import { online, useAsk } from '../../lib/ask';
import { direction, goTo, isBack } from '../../lib/focus';
import { percent, rate as perSecond } from '../../lib/format';
import { language } from '../../lib/i18n';
import { fit } from '../../lib/screen';
import { useStore } from '../../lib/store';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Empty';
import { Loading } from '../Loading';
import { arriving, screen } from '../live';
import { back, replace } from '../route';
import { afterIn } from '../study/after';
import { study } from '../study/live';
import { Mark } from '../study/Mark';
import { played, useFilmReport } from '../study/report';
import { trackName } from '../trackName';
import { t } from '../words';
import { choose, nextLesson, subtitlesFor, usualSubtitles, versions } from './choose';
import { Controls } from './Controls';
import { Cues } from './CueLines';
import { watchCues, type Lines } from './cues';
import { Over } from './Over';
import { resumeAt, save, seenOf } from './seen';
import { load as loadSettings, nextSpeed, save as saveSettings } from './settings';
import { useFilm } from './useFilm';
import { keepAwake } from './wake';

const HIDE_MS = 4000;
const NOTE_S = 5; // how often the place is kept

// `draft`: what an office is about to publish; nothing of it is kept.
export interface Playing { lesson: Lesson; part: number; as?: string; start?: boolean; draft?: string }

export function PlayerPage({ id, part, as, start }: { id: string; part: number; as?: string; start?: boolean }) {
  const asked = useAsk<Lesson>(lessonPath(id));
  if (asked.failure instanceof Failed && asked.failure.code === 404)
    return <main><Empty icon="warn" title={t('goneTitle')}><Button onClick={back} data-autofocus="">{t('back')}</Button></Empty></main>;
  if (!asked.data) return <main><Loading asked={asked} /></main>;
  // Withdrawn, also while it plays: it is not shown any more.
  if (asked.data.withdrawn || asked.data.state === 'withdrawn')
    return <main><Empty icon="warn" title={t('withdrawnTitle')}><p>{t('withdrawnMore')}</p><Button onClick={back} data-autofocus="">{t('back')}</Button></Empty></main>;
  return <Player lesson={asked.data} part={part} as={as} start={start} />;
}

export function Player({ lesson, part, as, start, draft }: Playing) {
  const on = useStore(screen);
  const now = useStore(arriving)[lesson.id];
  const up = useStore(online);
  const phone = on.view === 'phone';
  const all = versions(lesson);
  // What plays goes on playing, also when another version has become whole.
  const chosen = useRef<string | undefined>(as);
  const version = choose(all, phone, chosen.current);
  chosen.current = version?.as ?? chosen.current;
  const film = version?.films[Math.min(part, version.films.length - 1)];
  const url = film?.url;

  const root = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [settings, setSettings] = useState(loadSettings);
  const [shown, setShown] = useState(true); // the buttons
  const [stayed, setStayed] = useState(false); // "no, thanks" to what comes next
  const from = useRef({ url: '', at: 0 });
  if (film && from.current.url !== film.url)
    from.current = { url: film.url, at: start ? 0 : resumeAt(seenOf(lesson.id, film.path)) };
  useFilmReport(video, draft ? undefined : url, film && !draft ? () => played(lesson, film) : null);
  const it = useFilm(video, url, from.current.at, settings.speed);

  const change = (to: Partial<typeof settings>) => {
    const next = { ...settings, ...to };
    setSettings(next);
    saveSettings(next);
  };

  const tracks = film && version ? subtitlesFor(film, version, all) : [];
  const usual = usualSubtitles(tracks, language.get());
  const [track, setTrack] = useState<number | null>(null);
  const spoken = settings.subtitles ? tracks[Math.min(track ?? usual, tracks.length - 1)] : undefined;
  const [lines, setLines] = useState<Lines>([]);
  useEffect(() => {
    if (!video.current || !spoken) {
      setLines([]);
      return;
    }
    return watchCues(video.current, spoken, trackName(spoken, tracks.length), setLines);
  }, [spoken?.url, url]);
  const turnSubtitles = () => {
    const n = track ?? usual;
    if (!settings.subtitles) {
      setTrack(0);
      change({ subtitles: true });
    } else if (n + 1 < tracks.length) setTrack(n + 1);
    else change({ subtitles: false });
  };

  // The place is kept every few seconds, and when the film is left.
  const last = useRef(0);
  const keep = () => {
    const v = video.current;
    if (film && !draft && v && v.readyState > 0 && v.currentTime > 0)
      save({ id: lesson.id, path: film.path, part, at: v.ended ? v.duration : v.currentTime, of: v.duration || 0, when: Date.now() });
  };
  useEffect(() => {
    if (Math.abs(it.at - last.current) >= NOTE_S) {
      last.current = it.at;
      keep();
    }
  }, [it.at]);
  useEffect(() => {
    if (it.doing === 'paused' || it.doing === 'over') keep();
  }, [it.doing]);
  const keepNow = useRef(keep);
  keepNow.current = keep;
  useEffect(() => {
    const leave = () => keepNow.current();
    addEventListener('pagehide', leave);
    addEventListener('hashchange', leave);
    return () => {
      removeEventListener('pagehide', leave);
      removeEventListener('hashchange', leave);
    };
  }, []);

  useEffect(() => (it.doing === 'playing' || it.doing === 'waiting' ? keepAwake() : undefined), [it.doing === 'playing' || it.doing === 'waiting']);

  // The buttons go while it plays and nobody presses anything.
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const playing = useRef(false);
  playing.current = it.doing === 'playing';
  const hide = () => {
    setShown(false);
    root.current?.focus({ preventScroll: true });
  };
  const show = (focus?: boolean) => {
    setShown(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => { if (playing.current) hide(); }, HIDE_MS);
    if (focus && !phone) requestAnimationFrame(() => goTo(root.current?.querySelector<HTMLElement>('[data-first]')));
  };
  useEffect(() => {
    show(it.doing !== 'playing' && it.doing !== 'over');
    return () => clearTimeout(timer.current);
  }, [it.doing]);
  const buttons = shown || it.doing !== 'playing';

  // What comes after this.
  const nextPart = version && part + 1 < version.films.length ? part + 1 : undefined;
  // In a study its lessons come one after the other, and then its register.
  const running = useStore(study)?.running ?? null;
  const then = nextPart === undefined && !draft ? afterIn(running, lesson.id) : null;
  const following = nextPart === undefined && !then ? nextLesson(lesson) : undefined;
  useEffect(() => {
    if (it.doing === 'over' && then === 'register') replace({ page: 'study' });
  }, [it.doing, then === 'register']);
  const goNext = () => {
    setStayed(false);
    if (then) {
      replace(then === 'register' ? { page: 'study' } : { page: 'play', id: then.id, part: 0 });
      return;
    }
    if (nextPart !== undefined) replace(draft ? { page: 'draft', id: draft, part: nextPart, as: version?.as ?? '' } : { page: 'play', id: lesson.id, part: nextPart, as: version?.as });
    else if (following) replace({ page: 'play', id: following.id, part: 0 });
  };
  const hasNext = nextPart !== undefined || following !== undefined || then !== null;
  const nextTitle = nextPart !== undefined ? version!.films[nextPart]!.title || version!.films[nextPart]!.name
    : then ? (then === 'register' ? '' : then.title) : following?.title ?? '';

  const held = useRef({ n: 0, when: 0 });
  const step = (sign: number) => {
    const quick = Date.now() - held.current.when < 600;
    held.current = { n: quick ? held.current.n + 1 : 0, when: Date.now() };
    it.seek(it.at + sign * (held.current.n > 12 ? 60 : held.current.n > 4 ? 30 : 10));
    setShown(true);
    show();
  };

  // Capturing: before the page's own keys (lib/focus.ts).
  const state = useRef({ buttons, it, step, show, hide, goNext, hasNext });
  state.current = { buttons, it, step, show, hide, goNext, hasNext };
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const s = state.current;
      const on = document.activeElement as HTMLElement | null;
      const film = !on || on === document.body || on === root.current;
      const way = direction(event);
      const bar = on?.getAttribute('role') === 'slider';
      const used = (work: () => void) => {
        work();
        event.preventDefault();
        event.stopPropagation();
      };
      if (event.key === 'MediaPlayPause' || event.key === 'MediaPlay' || event.key === 'MediaPause') used(s.it.toggle);
      else if (event.key === 'MediaStop') used(back);
      else if (event.key === 'MediaFastForward') used(() => s.step(1));
      else if (event.key === 'MediaRewind') used(() => s.step(-1));
      else if (event.key === 'MediaTrackNext' && s.hasNext) used(s.goNext);
      else if ((film || bar) && (way === 'left' || way === 'right')) used(() => s.step(way === 'left' ? -1 : 1));
      else if ((film || bar) && (event.key === 'Enter' || event.key === ' ' || event.key === 'OK' || event.key === 'Select')) used(s.it.toggle);
      else if (film && way) used(() => s.show(true));
      else if (isBack(event) && s.buttons && s.it.doing === 'playing' && !film) used(s.hide);
      else if (isBack(event)) used(back);
      else s.show();
    };
    addEventListener('keydown', pressed, true);
    return () => removeEventListener('keydown', pressed, true);
  }, []);

  const [box, setBox] = useState({ width: innerWidth, height: innerHeight });
  useEffect(() => {
    const look = () => setBox({ width: innerWidth, height: innerHeight });
    addEventListener('resize', look);
    root.current?.focus({ preventScroll: true });
    return () => removeEventListener('resize', look);
  }, []);
  const frame = fit(box.width, box.height, it.shape, on.pixel);

  if (!film || !version)
    return <main><Empty icon="wait" title={t('waitingTitle')}><p>{t('waitingMore')}</p><Button onClick={back} data-autofocus="">{t('back')}</Button></Empty></main>;

  const share = film.available < 1 ? now?.progress ?? Math.max(film.available, lesson.progress ?? 0) : 1;
  const coming = share < 1 ? (now && now.rate > 0
    ? t('arrivingRate', { share: percent(share), rate: perSecond(now.rate) }) : t('arrivingNow', { share: percent(share) })) : '';
  const told = it.doing === 'lost' || (it.doing === 'waiting' && !up) ? t('lost') : it.doing === 'broken' ? it.trouble : it.blocked ? t('pressPlay')
    : it.doing === 'waiting' ? (share < 1 ? t('waitPiece') : t('buffering')) : it.doing === 'starting' ? t('starting') : '';

  return (
    <div ref={root} class={`player ${buttons ? 'with-buttons' : 'bare'} is-${it.doing}`} tabIndex={-1} role="region" aria-label={lesson.title}
      onMouseMove={phone ? undefined : () => show()}>
      <video ref={video} playsInline preload="auto" poster={lesson.poster} style={{ width: `${frame.width}px`, height: `${frame.height}px` }}
        onClick={() => (phone ? (buttons && it.doing === 'playing' ? hide() : show()) : it.toggle())} />
      <Cues lines={lines} size={settings.size} />
      {!draft && <Mark lesson={lesson.id} whole={buttons} />}
      {coming && <p class={`coming ${buttons || told ? '' : 'small'}`} role="status">{coming}</p>}
      {told && <p class={`told ${it.doing}`} role={it.doing === 'broken' ? 'alert' : 'status'}>{told}</p>}
      {it.doing === 'over' && then !== 'register' && !(stayed && hasNext)
        ? <Over title={hasNext ? nextTitle : ''} lesson={nextPart === undefined} onNext={goNext}
            onStay={() => setStayed(true)} onAgain={() => { it.toggle(); }} onBack={back} />
        : (
          <Controls lesson={lesson} film={film} parts={version.films.length} part={part} it={it} hidden={!buttons}
            subtitles={tracks.length === 0 ? undefined : spoken ? trackName(spoken, tracks.length) : ''}
            size={settings.size} speed={settings.speed} tv={on.view === 'tv'} video={video} root={root}
            onSubtitles={turnSubtitles} onSize={() => change({ size: ((settings.size + 1) % 3) as 0 | 1 | 2 })}
            onSpeed={() => change({ speed: nextSpeed(settings.speed) })}
            onNext={hasNext ? goNext : undefined} nextIs={nextPart !== undefined ? 'part' : then === 'register' ? 'register' : 'lesson'} onBack={back} />
        )}
    </div>
  );
}
