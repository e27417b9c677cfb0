// What runs here now, and who studies with a card on this screen: asked of the
// node when it says that something changed, and when a card's time is over.
// A node that cannot say it shows no study at all.
import { forgetAnswers } from '../../lib/ask';
import { store } from '../../lib/store';
import { studying, type Studying } from '../../study/api';
import { screen } from '../live';
import { go, route } from '../route';

export const study = store<Studying | null>(null);
export const asked = store(false); // the node has answered, or did not
// Where the card of this screen ends by itself, by the page's own clock.
export const cardUntil = store(0);

const BUSY = ['play', 'draft', 'begin', 'study'];

let timer: ReturnType<typeof setTimeout> | undefined;

function know(said: Studying | null): void {
  clearTimeout(timer);
  const was = study.get();
  // Begun on the operator's phone: the room's screen comes to it by itself.
  const begun = said?.here && said.running && was && !was.running && screen.get().view === 'tv';
  if (was?.card && was.card.tail !== said?.card?.tail) forgetAnswers(); // whose they were has left
  study.set(said);
  if (begun && !BUSY.includes(route.get().page)) go({ page: 'study' });
  const left = said?.card?.ends_s ?? 0;
  cardUntil.set(said?.card ? performance.now() + left * 1000 : 0);
  if (said?.card) timer = setTimeout(askStudy, Math.min(Math.max(left, 5), 3600) * 1000 + 1000);
}

export function askStudy(): Promise<void> {
  return studying().then(know, () => { if (!study.get()) know(null); }).then(() => asked.set(true));
}
