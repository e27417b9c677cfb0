// What the node tells by itself: who we are, what is arriving, what changed.
import { get, type Arriving, type Me } from '../lib/api';
import { changed, noteChange, online } from '../lib/ask';
import { stream } from '../lib/events';
import type { Screen } from '../lib/screen';
import { store } from '../lib/store';
import { askStudy } from './study/live';

export const me = store<Me | null>(null);
export const arriving = store<Record<string, Arriving>>({});
export const screen = store<Screen>({ view: 'tv', rem: null, safe: 0, pixel: 1 });

function askMe(): void {
  get<Me>('/api/me').then((said) => me.set(said), () => setTimeout(askMe, 5000));
}

export function startLive(): void {
  askMe();
  void askStudy();
  let first = true;
  stream({
    url: '/api/events',
    on: {
      library: noteChange,
      me: askMe,
      study: () => void askStudy(),
      arriving: (list) => {
        const next: Record<string, Arriving> = {};
        for (const one of list as Arriving[]) next[one.id] = one;
        // What is no longer arriving has come (or was given up): ask.
        if (Object.keys(arriving.get()).some((id) => !next[id])) noteChange();
        arriving.set(next);
      },
    },
    connected: (yes) => {
      online.set(yes);
      if (yes && !first) {
        askMe();
        void askStudy();
        changed.set(changed.get() + 1);
      }
      first = false;
    },
  });
}
