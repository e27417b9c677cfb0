// What fingers do on a page of a handout: one of them goes to the next page or
// back, two of them make it larger, two taps likewise. What goes through the
// page is left to the browser.

export interface Fingers {
  turn(by: 1 | -1): void;
  // So many times as large as when they came down, around that place.
  stretch(times: number, x: number, y: number): void;
  stretched(): void;
  tapTwice(x: number, y: number): void;
}

const SWIPE_PX = 48;
const SWIPE_MS = 800;
const TAP_PX = 12;
const TAP_MS = 350;

interface Place { x: number; y: number; t: number }

const apart = (a: Touch, b: Touch) => Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY));

export function watchFingers(box: HTMLElement, does: () => Fingers): () => void {
  let began: Place | null = null; // of one finger alone
  let tapped: Place | null = null;
  let pinch = 0; // how far apart two fingers came down

  const down = (event: TouchEvent) => {
    const [one, two] = [event.touches[0]!, event.touches[1]];
    began = two ? null : { x: one.clientX, y: one.clientY, t: event.timeStamp };
    pinch = two && event.touches.length === 2 ? apart(one, two) : 0;
  };
  const moved = (event: TouchEvent) => {
    const [one, two] = [event.touches[0]!, event.touches[1]];
    if (!pinch || !two) return;
    if (event.cancelable) event.preventDefault(); // the browser's own zoom
    does().stretch(apart(one, two) / pinch, (one.clientX + two.clientX) / 2, (one.clientY + two.clientY) / 2);
  };
  const up = (event: TouchEvent) => {
    if (pinch) {
      pinch = 0;
      does().stretched();
      return;
    }
    const last = event.changedTouches[0];
    if (!began || !last || event.touches.length > 0) return;
    const from = began;
    began = null;
    const [dx, dy, ms] = [last.clientX - from.x, last.clientY - from.y, event.timeStamp - from.t];
    const sideways = box.scrollWidth > box.clientWidth + 1; // it goes through the page
    if (!sideways && ms < SWIPE_MS && Math.abs(dx) > SWIPE_PX && Math.abs(dx) > 2 * Math.abs(dy)) does().turn(dx < 0 ? 1 : -1);
    if (Math.abs(dx) > TAP_PX || Math.abs(dy) > TAP_PX || ms > TAP_MS) return;
    const twice = tapped && event.timeStamp - tapped.t < TAP_MS && Math.hypot(from.x - tapped.x, from.y - tapped.y) < 3 * TAP_PX;
    tapped = twice ? null : { ...from, t: event.timeStamp };
    if (!twice) return;
    if (event.cancelable) event.preventDefault();
    does().tapTwice(from.x, from.y);
  };
  const cancelled = () => {
    began = null;
    if (pinch) does().stretched();
    pinch = 0;
  };
  const own = (event: Event) => event.preventDefault(); // Safari's zoom

  const on: [string, (event: never) => void][] = [
    ['touchstart', down], ['touchmove', moved], ['touchend', up], ['touchcancel', cancelled], ['gesturestart', own],
  ];
  for (const [name, what] of on) box.addEventListener(name, what as EventListener, { passive: false });
  return () => { for (const [name, what] of on) box.removeEventListener(name, what as EventListener); };
}
