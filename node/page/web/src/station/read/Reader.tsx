// A handout on the whole screen: a PDF page by page, or a picture.
//
// Left and right turn the page, OK makes it as wide as the screen and whole
// again, up and down then go through it (and on to the next page), Back leads
// out. A mouse and a finger have buttons for the same.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Part } from '../../lib/api';
import { direction, goTo, isBack } from '../../lib/focus';
import { fit } from '../../lib/screen';
import { useStore } from '../../lib/store';
import { Button } from '../../ui/Button';
import { screen } from '../live';
import { t } from '../words';
import type { Handout, Opened, Room } from './pdf';

export interface ReaderProps { file: Part; onClose: () => void; onFailed: () => void }

// A picture is a handout of one page.
function openPicture(url: string): Opened {
  const picture = new Image();
  const handout = new Promise<Handout>((done, failed) => {
    picture.onerror = () => failed(new Error('no picture'));
    picture.onload = () => done({
      pages: 1,
      draw(_, room, wide) {
        const seen = fit(room.width, wide ? 1e6 : room.height, picture.naturalWidth / picture.naturalHeight || 1, room.pixel);
        const made = document.createElement('canvas');
        made.width = picture.naturalWidth;
        made.height = picture.naturalHeight;
        made.style.width = `${seen.width}px`;
        made.style.height = `${seen.height}px`;
        made.getContext('2d')!.drawImage(picture, 0, 0);
        return { canvas: Promise.resolve(made), cancel: () => undefined };
      },
    });
    picture.src = url;
  });
  return { handout, close: () => { picture.src = ''; } };
}

const OK = ['Enter', 'OK', 'Select', ' '];

export function Reader({ file, onClose, onFailed }: ReaderProps) {
  const on = useStore(screen);
  const root = useRef<HTMLDivElement>(null);
  const view = useRef<HTMLDivElement>(null);
  const [handout, setHandout] = useState<Handout | null>(null);
  const [page, setPage] = useState(1);
  const [wide, setWide] = useState(false);
  const [drawn, setDrawn] = useState(0); // the page that is seen
  const [room, setRoom] = useState<Room | null>(null);
  const told = useRef({ onClose, onFailed });
  told.current = { onClose, onFailed };

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
      .then((it) => { if (!left) setHandout(it); }, () => { if (!left) told.current.onFailed(); });
    return () => {
      left = true;
      opened?.close();
    };
  }, [file.url]);

  useEffect(() => {
    const look = () => {
      const box = view.current!;
      setRoom({ width: box.clientWidth, height: box.clientHeight, pixel: on.pixel });
    };
    look();
    addEventListener('resize', look);
    return () => removeEventListener('resize', look);
  }, [on.pixel, on.view]);

  useEffect(() => {
    if (!handout || !room) return;
    let left = false;
    const { canvas, cancel } = handout.draw(page, room, wide);
    canvas.then((made) => {
      const box = view.current;
      if (left || !box) return;
      made.setAttribute('aria-hidden', 'true');
      box.textContent = '';
      box.appendChild(made);
      box.scrollTop = 0;
      setDrawn(page);
    }, () => { if (!left) told.current.onFailed(); });
    return () => {
      left = true;
      cancel();
    };
  }, [handout, room, page, wide]);

  const pages = handout?.pages ?? 0;
  const turn = (by: number) => setPage((was) => Math.max(1, Math.min(pages || 1, was + by)));
  const zoom = () => setWide((was) => !was);
  const through = (by: number) => {
    const box = view.current!;
    if (drawn !== page) return; // of a page that comes nobody has seen the end
    const before = box.scrollTop;
    if (wide) box.scrollTop += by * box.clientHeight * 0.6;
    if (box.scrollTop === before) turn(by);
  };

  const does = useRef({ turn, zoom, through });
  does.current = { turn, zoom, through };
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    root.current!.focus({ preventScroll: true });
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.key === 'Tab') return;
      const way = direction(event);
      const it = does.current;
      if (isBack(event)) told.current.onClose();
      else if (way === 'left' || event.key === 'PageUp') it.turn(-1);
      else if (way === 'right' || event.key === 'PageDown') it.turn(1);
      else if (way) it.through(way === 'up' ? -1 : 1);
      else if (OK.includes(event.key) && document.activeElement === root.current) it.zoom();
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
  return (
    <div ref={root} class={`reader ${wide ? 'wide' : 'whole'}`} tabIndex={0} role="document" data-focus-trap data-page={drawn}
      aria-label={pages > 1 ? t('readPage', { title, page, pages }) : title}>
      <div ref={view} class="sheet" />
      {drawn === 0 && <p class="told" role="status">{t('loading')}</p>}
      <div class="reader-bar">
        <Button kind="quiet" icon="back" tabIndex={-1} onClick={onClose}>{t('back')}</Button>
        <span class="name">{title}</span>
        {pages > 1 && <Button kind="quiet" tabIndex={-1} disabled={page === 1} aria-label={t('readBefore')} onClick={press(() => turn(-1))}>‹</Button>}
        {pages > 1 && <span class="at" role="status">{page} / {pages}</span>}
        {pages > 1 && <Button kind="quiet" tabIndex={-1} disabled={page === pages} aria-label={t('readNext')} onClick={press(() => turn(1))}>›</Button>}
        <Button kind="quiet" tabIndex={-1} onClick={press(zoom)}>{wide ? t('readWhole') : t('readWide')}</Button>
        {on.view === 'tv' && <span class="soft how">{pages > 1 ? t('readHow') : t('readHowOne')}</span>}
      </div>
    </div>
  );
}
