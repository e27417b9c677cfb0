// Moving the focus with four arrows.
//
// choose() is geometry alone: of all that lies in the arrow's direction, the
// nearest, where what stands in the same row or column counts as nearer than
// what stands aside. keys() binds it to the page: arrows move, Enter is the
// browser's own click, Back (of a remote control: GoBack, BrowserBack, XF86Back;
// of a keyboard: Escape, Backspace) calls the page.
//
// A box with `data-focus-first` is entered at the child marked `data-first`
// (where it has one), so that a row is entered where its owner wants; one with
// `data-focus-trap` (a dialog) keeps the focus within; from one with
// `data-zone`, left and right lead to the next such box where nothing stands
// in the same row.

export type Direction = 'left' | 'right' | 'up' | 'down';
export interface Box { left: number; top: number; right: number; bottom: number }

const gap = (a0: number, a1: number, b0: number, b1: number) => Math.max(0, b0 - a1, a0 - b1);
const middle = (a: number, b: number) => (a + b) / 2;

// The index in `boxes` to go to from `from`, or -1. Sideways only what stands
// in the same row is reached, unless `anywhere`.
export function choose(from: Box, boxes: readonly Box[], way: Direction, anywhere = false): number {
  const across = way === 'left' || way === 'right';
  let best = -1;
  let least = Infinity;
  boxes.forEach((box, index) => {
    // How far it lies in the arrow's direction. Boxes may overlap a little.
    const ahead = way === 'left' ? from.left - box.right : way === 'right' ? box.left - from.right
      : way === 'up' ? from.top - box.bottom : box.top - from.bottom;
    const moved = way === 'left' ? middle(from.left, from.right) - middle(box.left, box.right)
      : way === 'right' ? middle(box.left, box.right) - middle(from.left, from.right)
        : way === 'up' ? middle(from.top, from.bottom) - middle(box.top, box.bottom)
          : middle(box.top, box.bottom) - middle(from.top, from.bottom);
    const slack = across ? Math.min(from.right - from.left, box.right - box.left) / 2
      : Math.min(from.bottom - from.top, box.bottom - box.top) / 2;
    if (ahead < -slack || moved <= 0.5) return;
    const aside = across ? gap(from.top, from.bottom, box.top, box.bottom) : gap(from.left, from.right, box.left, box.right);
    if (across && aside > 0 && !anywhere) return;
    const off = across ? Math.abs(middle(from.top, from.bottom) - middle(box.top, box.bottom))
      : Math.abs(middle(from.left, from.right) - middle(box.left, box.right));
    const cost = Math.max(0, ahead) * 4 + aside * 2 + off * 0.5;
    if (cost < least) {
      least = cost;
      best = index;
    }
  });
  return best;
}

const FOCUSABLE = 'a[href], button, input, select, textarea, video[controls], [tabindex]';

export function focusables(within: ParentNode): HTMLElement[] {
  return Array.from(within.querySelectorAll<HTMLElement>(FOCUSABLE)).filter((e) =>
    !(e as HTMLButtonElement).disabled && e.tabIndex >= 0 && e.getClientRects().length > 0
    && getComputedStyle(e).visibility !== 'hidden');
}

const ARROWS: Record<string, Direction> = {
  ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down',
  Left: 'left', Right: 'right', Up: 'up', Down: 'down', // old set-top boxes
};
const BACK = ['GoBack', 'BrowserBack', 'XF86Back', 'Escape', 'Esc', 'Backspace'];

export const direction = (event: KeyboardEvent): Direction | undefined => ARROWS[event.key];
// 461 and 10009 are what LG's and Samsung's remote controls send.
export const isBack = (event: KeyboardEvent) => BACK.includes(event.key) || event.keyCode === 461 || event.keyCode === 10009;

// In a text, left, right and Backspace belong to the text while there is some.
function belongsToText(event: KeyboardEvent): boolean {
  const e = event.target as HTMLInputElement;
  if (e.isContentEditable) return true;
  const text = e.tagName === 'TEXTAREA'
    || (e.tagName === 'INPUT' && !/^(button|checkbox|radio|submit|range|file)$/.test(e.type));
  if (e.tagName === 'SELECT' || (e.tagName === 'INPUT' && e.type === 'range')) return !isBack(event) && !!direction(event);
  if (!text) return false;
  if (event.key === 'Backspace') return e.value !== '' || e.readOnly === false && e.tagName === 'TEXTAREA';
  if (e.tagName === 'TEXTAREA') return !!direction(event);
  const way = direction(event);
  if (way === 'left') return (e.selectionEnd ?? 0) > 0;
  if (way === 'right') return (e.selectionStart ?? 0) < e.value.length;
  return false;
}

function inner(of: HTMLElement): HTMLElement {
  const group = of.closest('[data-focus-first]');
  const wanted = group?.querySelector<HTMLElement>('[data-first]');
  return group && !group.contains(document.activeElement) && wanted ? wanted : of;
}

// Focus `e` and bring it fully into view, with its row.
export function goTo(e: HTMLElement | null | undefined): boolean {
  if (!e) return false;
  e.focus({ preventScroll: true });
  reveal(e);
  return document.activeElement === e;
}

function scrollers(e: HTMLElement): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (let p = e.parentElement; p; p = p.parentElement)
    if (p.scrollHeight > p.clientHeight + 1 || p.scrollWidth > p.clientWidth + 1) {
      const style = getComputedStyle(p);
      if (/auto|scroll/.test(style.overflowX + style.overflowY) || p === document.documentElement) found.push(p);
    }
  return found;
}

// Everything at once, without animation: a slow box shows where the focus is now.
export function reveal(e: HTMLElement): void {
  for (const box of scrollers(e)) {
    const root = box === document.documentElement || box === document.body;
    const view = root ? { left: 0, top: 0, right: innerWidth, bottom: innerHeight } : box.getBoundingClientRect();
    const rect = (e.closest('[data-reveal]') ?? e).getBoundingClientRect();
    const own = e.getBoundingClientRect();
    const room = Math.min(innerWidth, innerHeight) * 0.1;
    const tall = rect.bottom - rect.top > view.bottom - view.top - 2 * room;
    const up = tall ? own : rect;
    const down = up.bottom > view.bottom - room ? up.bottom - view.bottom + room
      : up.top < view.top + room ? up.top - view.top - room : 0;
    const right = own.right > view.right - room / 2 ? own.right - view.right + room / 2
      : own.left < view.left + room / 2 ? own.left - view.left - room / 2 : 0;
    if (root) scrollBy(right, down);
    else {
      box.scrollTop += down;
      box.scrollLeft += right;
    }
  }
}

export function move(way: Direction, root: ParentNode = document): boolean {
  const from = document.activeElement as HTMLElement | null;
  const trap = document.querySelector<HTMLElement>('[data-focus-trap]');
  const all = focusables(trap ?? root);
  if (!from || from === document.body || (trap && !trap.contains(from)) || from.getClientRects().length === 0)
    return goTo(first(trap ?? root));
  const others = all.filter((e) => e !== from && !from.contains(e));
  const here = from.getBoundingClientRect();
  const index = choose(here, others.map((e) => e.getBoundingClientRect()), way);
  if (index >= 0) return goTo(inner(others[index]!));
  // Beside a keypad stand its results, in no row of it.
  const zone = from.closest('[data-zone]');
  if (!zone || way === 'up' || way === 'down') return false;
  const beside = others.filter((e) => { const z = e.closest('[data-zone]'); return z && z !== zone; });
  return goTo(beside[choose(here, beside.map((e) => e.getBoundingClientRect()), way, true)]);
}

export function first(root: ParentNode = document): HTMLElement | undefined {
  return root.querySelector<HTMLElement>('[data-autofocus]') ?? focusables(root)[0];
}

export interface Keys {
  back?: () => void;
  // Asked first; true when it has used the key.
  before?: (event: KeyboardEvent) => boolean;
}

// Bind the keys; returns how to unbind them. While `watch` a lost focus (what
// had it went away) comes back to the page's first place with the next frame.
export function keys({ back, before }: Keys): () => void {
  const pressed = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (before?.(event)) {
      event.preventDefault();
      return;
    }
    if (belongsToText(event)) return;
    const way = direction(event);
    if (way) {
      move(way);
      event.preventDefault(); // the page scrolls with the focus only
    } else if (isBack(event) && back) {
      back();
      event.preventDefault();
    }
  };
  document.addEventListener('keydown', pressed);
  return () => document.removeEventListener('keydown', pressed);
}
