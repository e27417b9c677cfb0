// Who is at the desk, and what the node tells it by itself.
//
// A session ends with the node, and after a while without use. The page stays
// as it is then, what was typed in it too, and the login stands above it
// (`ended`); after that it goes on. So it does when the node restarts.
import { logout, me as askWho, type Me } from '../lib/api';
import { changed, forgetAnswers, noteChange, online } from '../lib/ask';
import { stream, type Stream } from '../lib/events';
import type { Screen } from '../lib/screen';
import { store } from '../lib/store';
import type { Cards, Desk, Draft } from './node';
import { Picture } from './operator/rates';

export const me = store<Me | null>(null);
export const ended = store(false); // somebody was at the desk, and is not any more
export const desk = store<Desk | null>(null);
export const drafts = store<Draft[] | null>(null);
export const cards = store<Cards | null>(null); // being issued
export const screen = store<Screen>({ view: 'pc', rem: null, safe: 0, pixel: 1 });
export const picture = new Picture();
export const heard = store(0); // another number when stations have said something
export const forgetting = store<{ looked?: number; share?: number }>({}); // how far it is; {}: nothing takes long
export const pictured = store(0); // one more whenever the picture has grown

const seconds = () => performance.now() / 1000;

let open: Stream | null = null;

function watch(): void {
  if (open) return;
  let first = true;
  open = stream({
    url: '/api/desk/events',
    on: {
      desk(said) {
        const before = desk.get();
        const now = said as Desk;
        picture.heard(now.transfers, seconds(), now.arrived);
        desk.set(now);
        const a = before?.lessons;
        const b = now.lessons;
        if (a && (a.held !== b.held || a.wanted !== b.wanted || a.known !== b.known || a.bytes !== b.bytes)) noteChange();
      },
      heard: (said) => heard.set((said as { n: number }).n),
      cards: (said) => cards.set(said as Cards),
      forgetting: (said) => forgetting.set(said as { looked?: number; share?: number }),
      drafts: (said) => drafts.set((said as { drafts: Draft[] }).drafts),
    },
    connected(yes) {
      online.set(yes);
      if (!first || !yes) refresh();
      if (yes && !first) changed.set(changed.get() + 1);
      first = false;
    },
  });
}

function rest(): void {
  open?.close();
  open = null;
}

// What is known of who is here, from an answer of the node.
export function know(said: Me): void {
  const was = me.get();
  if (said.role === 'viewer') {
    rest();
    if (was && was.role !== 'viewer') {
      ended.set(true);
      return; // the page stays, under the login
    }
  } else {
    ended.set(false);
    watch();
    if (was && was.role !== 'viewer') changed.set(changed.get() + 1);
  }
  me.set(said);
}

let asking: ReturnType<typeof setTimeout> | null = null;

export function refresh(): void {
  if (asking) clearTimeout(asking);
  asking = null;
  askWho().then(
    (said) => {
      online.set(true);
      know(said);
    },
    () => {
      online.set(false);
      asking = setTimeout(refresh, 3000);
    },
  );
}

// Log out. The stream goes first: the node would cut it off with the session.
export function leave(): Promise<void> {
  rest();
  return logout().then((said) => left(said as Me), (failure) => {
    watch();
    throw failure;
  });
}

// Somebody has left: nothing of what was shown stays in the page.
function left(said: Me): void {
  rest();
  desk.set(null);
  drafts.set(null);
  cards.set(null);
  picture.clear();
  forgetAnswers();
  ended.set(false);
  me.set(said);
}

export function startLive(): void {
  refresh();
  setInterval(() => {
    if (desk.get() && picture.turn(seconds())) pictured.set(pictured.get() + 1);
  }, 1000);
}
