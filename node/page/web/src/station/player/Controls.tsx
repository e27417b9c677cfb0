import { useEffect, useRef } from 'preact/hooks';
import type { Lesson, Part } from '../../lib/api';
import { clock } from '../../lib/format';
import { Button } from '../../ui/Button';
import { t } from '../words';
import type { Film } from './useFilm';

interface Props {
  lesson: Lesson;
  film: Part;
  part: number;
  parts: number;
  it: Film;
  hidden: boolean;
  subtitles?: string; // name of what is shown; '' when off; undefined where there are none
  size: 0 | 1 | 2;
  speed: number;
  tv: boolean;
  video: { current: HTMLVideoElement | null };
  root: { current: HTMLDivElement | null };
  nextIs: 'part' | 'lesson' | 'register';
  onSubtitles: () => void;
  onSize: () => void;
  onSpeed: () => void;
  onNext?: () => void;
  onBack: () => void;
}

// The whole screen for the film: the page's own where the browser lets it, on
// an iPhone the system's player.
function fullScreen(root: HTMLElement | null, video: HTMLVideoElement | null): void {
  const box = root as { requestFullscreen?: () => Promise<void>; webkitRequestFullscreen?: () => void } | null;
  const system = video as { webkitEnterFullscreen?: () => void } | null;
  if (document.fullscreenElement) void document.exitFullscreen();
  else if (box?.requestFullscreen) void box.requestFullscreen().catch(() => undefined);
  else if (box?.webkitRequestFullscreen) box.webkitRequestFullscreen();
  else system?.webkitEnterFullscreen?.();
}

// The focus begins here: left and right then do the same as without buttons.
// Mouse and touch by hand: Safari 12 has no pointer events.
function SeekBar({ it }: { it: Film }) {
  const bar = useRef<HTMLDivElement>(null);
  const share = (seconds: number) => `${it.of ? Math.min(100, (seconds / it.of) * 100) : 0}%`;
  const to = useRef<(x: number) => void>(() => undefined);
  to.current = (x) => {
    const box = bar.current!.getBoundingClientRect();
    if (it.of) it.seek(((x - box.left) / box.width) * it.of);
  };
  useEffect(() => {
    const e = bar.current!;
    const drag = (event: MouseEvent) => { if (event.buttons & 1) to.current(event.clientX); };
    const drop = () => removeEventListener('mousemove', drag);
    const down = (event: MouseEvent) => {
      to.current(event.clientX);
      addEventListener('mousemove', drag);
      addEventListener('mouseup', drop, { once: true });
    };
    const touch = (event: TouchEvent) => {
      to.current(event.touches[0]!.clientX);
      event.preventDefault(); // the page does not scroll along
    };
    e.addEventListener('mousedown', down);
    e.addEventListener('touchstart', touch, { passive: false });
    e.addEventListener('touchmove', touch, { passive: false });
    return drop;
  }, []);
  return (
    <div ref={bar} class="seek" role="slider" tabIndex={0} data-key="seek" data-first="" aria-label={t('seek')} aria-valuemin={0}
      aria-valuemax={Math.floor(it.of)} aria-valuenow={Math.floor(it.at)} aria-valuetext={t('seekAt', { at: clock(it.at), of: clock(it.of) })}>
      <span class="rail"><i class="loaded" style={{ width: share(it.buffered) }} /><i class="done" style={{ width: share(it.at) }} /></span>
      <i class="knob" style={{ left: share(it.at) }} />
    </div>
  );
}

export function Controls(p: Props) {
  const { it } = p;
  const running = it.doing === 'playing' || it.doing === 'waiting' || it.doing === 'starting';
  return (
    <div class="controls" hidden={p.hidden}>
      <div class="title-bar">
        <Button kind="quiet" icon="back" data-key="leave" onClick={p.onBack}>{t('back')}</Button>
        <p class="name">{p.lesson.title}{p.parts > 1 ? ` · ${p.film.title || t('partOf', { n: p.part + 1 })}` : ''}</p>
      </div>
      <div class="buttons">
        <SeekBar it={it} />
        <div class="bar-row">
          <Button kind="main" icon={running ? 'pause' : 'play'} data-key="toggle" onClick={it.toggle}>{running ? t('pause') : t('play')}</Button>
          <span class="time">{clock(it.at)} / {clock(it.of || p.lesson.seconds)}</span>
          {p.onNext && <Button icon="next" data-key="next" onClick={p.onNext}>{p.nextIs === 'part' ? t('nextPart') : p.nextIs === 'register' ? t('toRegister') : t('nextLesson')}</Button>}
          {p.subtitles !== undefined && (
            <Button icon="subtitles" data-key="subtitles" onClick={p.onSubtitles}>
              {p.subtitles ? t('subtitlesOn', { name: p.subtitles }) : t('subtitlesOff')}
            </Button>
          )}
          {p.subtitles && <Button data-key="size" onClick={p.onSize}>{t('sizeOf', { name: t((['size0', 'size1', 'size2'] as const)[p.size]) })}</Button>}
          <Button icon="speed" data-key="speed" onClick={p.onSpeed}>{t('speed', { name: `${p.speed}×` })}</Button>
          {!p.tv && <Button data-key="full" onClick={() => fullScreen(p.root.current, p.video.current)}>{t('fullScreen')}</Button>}
        </div>
      </div>
    </div>
  );
}
