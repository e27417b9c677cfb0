// A handout on the whole screen: a PDF page by page, or a picture.
//
// With keys, left and right turn the page, OK makes it as wide as the screen and
// whole again, up and down then go through it (and on to the next page), Back
// leads out. With fingers (fingers.ts) a swipe turns the page, two fingers or
// two taps make it larger, and one goes through it. Buttons do the same.
//
// At most two pages are drawn at a time, the one that is seen and the one that
// takes its place.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Part } from '../../lib/api';
import { direction, goTo, isBack } from '../../lib/focus';
import { useStore } from '../../lib/store';
import { Button } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import { screen } from '../live';
import { usePageReport } from '../study/report';
import type { Played } from '../study/reporter';
import { t } from '../words';
import { watchFingers } from './fingers';
import type { Handout, Opened } from './pdf';
import { openPicture } from './picture';
import { LARGEST, sizeOf, step, zoomOf, type Room } from './zoom';

// `what`: as which it is told to be read; a draft is told by nobody.
export interface ReaderProps { file: Part; what?: () => Played; onClose: () => void; onFailed: () => void }

const OK = ['Enter', 'OK', 'Select', ' '];
const TWICE = 2; // after two taps

// The handout behind that address, once it is there.
function useHandout(file: Part, failed: () => void): Handout | null {
  const [handout, setHandout] = useState<Handout | null>(null);
  useEffect(() => {
    let left = false;
    let opened: Opened | null = null;
    // pdf.js is fetched only for a PDF.
    (file.kind === 'picture' ? Promise.resolve(openPicture) : import('./pdf').then((module) => module.openPdf))
      .then((open) => {
        if (left) return null;
        opened = open(file.url);
        return opened.handout;
      })
      .then((it) => { if (!left) setHandout(it); }, () => { if (!left) failed(); });
    return () => {
      left = true;
      opened?.close();
    };
  }, [file.url]);
  return handout;
}

function useRoom(view: { current: HTMLElement | null }, pixel: number, kind: string): Room | null {
  const [room, setRoom] = useState<Room | null>(null);
  useEffect(() => {
    const look = () => {
      const { clientWidth: width, clientHeight: height } = view.current!;
      setRoom((was) => (was && was.width === width && was.height === height && was.pixel === pixel ? was : { width, height, pixel }));
    };
    look();
    addEventListener('resize', look);
    return () => removeEventListener('resize', look);
  }, [pixel, kind]);
  return room;
}

// Of what does not fit, the middle of what is seen, as shares of its whole; who
// is at its top stays there.
function middle(box: HTMLElement): [number, number] {
  const down = box.scrollTop === 0 ? 0 : (box.scrollTop + box.clientHeight / 2) / Math.max(1, box.scrollHeight);
  return [(box.scrollLeft + box.clientWidth / 2) / Math.max(1, box.scrollWidth), down];
}

function goToMiddle(box: HTMLElement, [x, y]: [number, number]): void {
  box.scrollLeft = x * box.scrollWidth - box.clientWidth / 2;
  box.scrollTop = y === 0 ? 0 : y * box.scrollHeight - box.clientHeight / 2;
}

export function Reader({ file, what, onClose, onFailed }: ReaderProps) {
  const on = useStore(screen);
  const phone = on.view === 'phone';
  const root = useRef<HTMLDivElement>(null);
  const view = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement | null>(null);
  const [page, setPage] = useState(1);
  const [zoom, setZoom] = useState(phone ? 1 : 0);
  const [drawn, setDrawn] = useState(0); // the page that is seen
  const told = useRef({ onClose, onFailed });
  told.current = { onClose, onFailed };
  const leaving = useRef(false);
  const close = () => {
    if (leaving.current) return; // Back again, before the page has followed
    leaving.current = true;
    told.current.onClose();
  };
  const handout = useHandout(file, () => told.current.onFailed());
  const room = useRoom(view, on.pixel, on.view);

  // The bar of a phone's browser comes and goes: only a whole page minds.
  const height = zoom === 0 ? room?.height : 0;
  useEffect(() => {
    if (!handout || !room) return;
    let left = false;
    const drawing = handout.draw(page, room, zoom, phone);
    drawing.canvas.then((made) => {
      const box = view.current;
      if (left || !box) return;
      const before = canvas.current;
      const at = before && drawn === page ? middle(box) : null;
      made.setAttribute('aria-hidden', 'true');
      box.textContent = '';
      box.appendChild(made);
      canvas.current = made;
      if (before) before.width = before.height = 0; // some keep its memory for long
      if (at) goToMiddle(box, at);
      else box.scrollTop = box.scrollLeft = 0;
      setDrawn(page);
    }, () => { if (!left) told.current.onFailed(); });
    return () => {
      left = true;
      drawing.cancel();
    };
  }, [handout, room?.width, height, room?.pixel, page, zoom, phone]);

  const pages = handout?.pages ?? 0;
  usePageReport(drawn, pages, what ?? null);
  const shape = () => {
    const size = canvas.current?.getBoundingClientRect();
    return size && size.height > 0 ? (size.width / size.height) * on.pixel : 1;
  };
  const turn = (by: number) => setPage((was) => Math.max(1, Math.min(pages || 1, was + by)));
  const through = (by: number) => {
    const box = view.current!;
    if (drawn !== page) return; // of a page that comes nobody has seen the end
    const before = box.scrollTop;
    if (zoom > 0) box.scrollTop += by * box.clientHeight * 0.6;
    if (box.scrollTop === before) turn(by);
  };

  // What is drawn is stretched at once, around a place of the screen, and drawn
  // anew when it stays so.
  const stretch = (width: number, x?: number, y?: number) => {
    const [box, it] = [view.current!, canvas.current];
    if (!it) return;
    const seen = box.getBoundingClientRect();
    const was = it.getBoundingClientRect();
    const [px, py] = [x ?? seen.left + seen.width / 2, y ?? seen.top + seen.height / 2];
    const [fx, fy] = [(px - was.left) / was.width, (py - was.top) / was.height];
    it.style.width = `${width}px`;
    it.style.height = `${(width * was.height) / was.width}px`;
    const now = it.getBoundingClientRect();
    box.scrollLeft += now.left + fx * now.width - px;
    box.scrollTop += now.top + fy * now.height - py;
  };
  const zoomTo = (to: number, x?: number, y?: number) => {
    if (!room || to === zoom) return;
    stretch(sizeOf(room, to, shape()).width, x, y);
    setZoom(to);
  };
  const stepBy = (way: 1 | -1) => { if (room) zoomTo(step(room, zoom, shape(), way), undefined, way > 0 && zoom <= 1 ? 0 : undefined); };
  const toggle = () => (on.view === 'tv' ? setZoom(zoom === 0 ? 1 : 0) : zoomTo(zoom === 0 ? 1 : 0, undefined, 0));

  const pinched = useRef(0); // how wide it was when the fingers came down
  const fingers = {
    turn,
    stretch(times: number, x: number, y: number) {
      if (!room || !canvas.current || drawn !== page) return;
      pinched.current = pinched.current || canvas.current.getBoundingClientRect().width;
      const one = sizeOf(room, 1, shape()).width;
      stretch(Math.max(one * 0.6, Math.min(one * LARGEST, pinched.current * times)), x, y);
    },
    stretched() {
      if (!room || !canvas.current || !pinched.current) return;
      pinched.current = 0;
      const to = zoomOf(room, canvas.current.getBoundingClientRect().width, shape());
      stretch(sizeOf(room, to, shape()).width);
      setZoom(to);
    },
    tapTwice: (x: number, y: number) => zoomTo(zoom > 1 ? 1 : TWICE, x, y),
  };

  const does = useRef({ turn, toggle, through, stepBy, fingers, close });
  does.current = { turn, toggle, through, stepBy, fingers, close };
  useEffect(() => watchFingers(view.current!, () => does.current.fingers), []);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    root.current!.focus({ preventScroll: true });
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.key === 'Tab') return;
      const way = direction(event);
      const it = does.current;
      if (isBack(event)) it.close();
      else if (way === 'left' || event.key === 'PageUp') it.turn(-1);
      else if (way === 'right' || event.key === 'PageDown') it.turn(1);
      else if (way) it.through(way === 'up' ? -1 : 1);
      else if (event.key === '+' || event.key === '-') it.stepBy(event.key === '+' ? 1 : -1);
      else if (OK.includes(event.key) && document.activeElement === root.current) it.toggle();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    addEventListener('keydown', pressed, true);
    return () => {
      removeEventListener('keydown', pressed, true);
      if (before && document.contains(before)) goTo(before);
    };
  }, []);

  const title = file.title || file.name;
  const press = (what: () => void) => () => {
    what();
    root.current?.focus({ preventScroll: true });
  };
  const tv = on.view === 'tv';
  const ends = (way: 1 | -1) => !room || drawn === 0 || step(room, zoom, shape(), way) === zoom;
  const sideways = zoom > 1;
  return (
    <div ref={root} class={`reader ${zoom > 0 ? 'wide' : 'whole'} ${sideways ? 'sideways' : ''}`} tabIndex={0} role="document" data-focus-trap
      data-page={drawn} aria-label={pages > 1 ? t('readPage', { title, page, pages }) : title}>
      <div ref={view} class="sheet" tabIndex={tv ? -1 : 0} />
      {drawn === 0 && <p class="told" role="status">{t('loading')}</p>}
      {drawn > 0 && drawn !== page && <p class="told late" role="status">{t('loading')}</p>}
      <div class="reader-bar">
        <Button kind="quiet" icon="back" tabIndex={-1} onClick={close}>{t('back')}</Button>
        <span class="name">{title}</span>
        {!tv && <a class="button quiet own" href={file.url} target="_blank" rel="noopener" tabIndex={-1} data-key="read/own"><Icon name="document" /><span>{t('readOwn')}</span></a>}
        <span class="does">
          {pages > 1 && <Button kind="quiet" tabIndex={-1} disabled={page === 1} aria-label={t('readBefore')} onClick={press(() => turn(-1))}>‹</Button>}
          {pages > 1 && <span class="at" role="status">{page} / {pages}</span>}
          {pages > 1 && <Button kind="quiet" tabIndex={-1} disabled={page === pages} aria-label={t('readNext')} onClick={press(() => turn(1))}>›</Button>}
          {tv && <Button kind="quiet" tabIndex={-1} onClick={press(toggle)}>{zoom > 0 ? t('readWhole') : t('readWide')}</Button>}
          {!tv && <Button kind="quiet" class="zoom" tabIndex={-1} disabled={ends(-1)} aria-label={t('readSmaller')} onClick={press(() => stepBy(-1))}>−</Button>}
          {!tv && <Button kind="quiet" class="zoom" tabIndex={-1} disabled={ends(1)} aria-label={t('readWide')} onClick={press(() => stepBy(1))}>＋</Button>}
        </span>
        {tv && <span class="soft how">{pages > 1 ? t('readHow') : t('readHowOne')}</span>}
      </div>
    </div>
  );
}
