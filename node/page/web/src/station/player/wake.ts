// Keep the screen lit while a film plays, where the browser can.

interface Lock { release(): Promise<void> }

export function keepAwake(): () => void {
  const wake = (navigator as { wakeLock?: { request(kind: 'screen'): Promise<Lock> } }).wakeLock;
  if (!wake) return () => undefined;
  let held: Lock | null = null;
  let over = false;
  const take = () => {
    if (over || document.visibilityState !== 'visible') return;
    wake.request('screen').then((lock) => {
      if (over) void lock.release();
      else held = lock;
    }, () => undefined);
  };
  // The browser lets go of it when the page is hidden.
  document.addEventListener('visibilitychange', take);
  take();
  return () => {
    over = true;
    document.removeEventListener('visibilitychange', take);
    void held?.release();
  };
}
