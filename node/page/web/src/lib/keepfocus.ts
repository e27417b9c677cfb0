// The focus is never lost, and Back finds it where it was.
//
// A place of the page (an address) remembers what had the focus when it was
// left, by the `data-key` of that element. When a place is entered, the focus
// goes to what it remembers, else to what is marked `data-autofocus`, as soon
// as that is there (it may come with an answer of the node) and unless a key
// was pressed meanwhile. When what had the focus goes away, its
// place is taken by the same key, else the page's first.
import { first, focusables, goTo, reveal } from './focus';

const remembered = new Map<string, string>();
let place = '';
let waiting = false; // for what is to have the focus here

const keyOf = (e: Element | null) => e?.closest<HTMLElement>('[data-key]')?.dataset.key;

function byKey(key: string | undefined): HTMLElement | null {
  return key === undefined ? null
    : focusables(document).find((e) => e.dataset.key === key) ?? null;
}

function settle(): void {
  const trap = document.querySelector('[data-focus-trap]');
  const now = document.activeElement;
  // A button that cannot be pressed any more loses it with the next frame.
  const lost = !now || now === document.body || !document.contains(now) || (now as HTMLButtonElement).disabled;
  if (trap) return;
  if (waiting) {
    const wanted = byKey(remembered.get(place)) ?? document.querySelector<HTMLElement>('[data-autofocus]');
    if (wanted) {
      waiting = false;
      goTo(wanted);
      return;
    }
  }
  if (lost) goTo(byKey(remembered.get(place)) ?? first(document));
}

// Call when the address changes, with the new one; `again` when it is gone back
// to: what is opened anew begins anew.
export function enter(next: string, again: boolean): void {
  if (next === place) return;
  if (!again) remembered.delete(next);
  place = next;
  waiting = true;
}

export function keepFocus(root: HTMLElement, wanted: () => boolean): void {
  let due = false;
  const soon = () => {
    if (due || !wanted()) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      settle();
    });
  };
  new MutationObserver(soon).observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] });
  soon(); // what is whole at once changes no more
  document.addEventListener('focusin', (event) => {
    const key = keyOf(event.target as Element);
    if (key !== undefined && !waiting) remembered.set(place, key);
  });
  for (const touched of ['keydown', 'mousedown', 'touchstart'])
    document.addEventListener(touched, () => { waiting = false; }, true);
  // What was in view stays so when the window changes its size.
  addEventListener('resize', () => {
    const now = document.activeElement as HTMLElement | null;
    if (now && now !== document.body && wanted()) reveal(now);
  });
}
