// The desks: of the operators of a station, and of an office that publishes.
import { render } from 'preact';
import { direction, isBack, keys, move } from '../lib/focus';
import { explainWith } from '../lib/failures';
import { keepFocus } from '../lib/keepfocus';
import { watchScreen } from '../lib/screen';
import '../styles/base.css';
import { App } from './App';
import './desk.css';
import './pages.css';
import '../study/study.css';
import '../ui/pinpad.css';
import { screen, startLive } from './live';
import { back, startRoutes } from './route';
import { sentence } from './sentences';

document.documentElement.classList.add('light');
const root = document.getElementById('app')!;
watchScreen((now) => screen.set(now));
explainWith(sentence);
startRoutes();
startLive();
render(<App />, root);

// On a TV every entry of a list can have the focus (parts/Item); what stands
// below the last one is scrolled to. On a PC arrows scroll while nothing has it.
keys({
  back,
  before(event) {
    if (document.querySelector('[data-focus-trap]') && isBack(event)) return true;
    const way = direction(event);
    if (way !== 'up' && way !== 'down') return false;
    const on = document.activeElement as HTMLElement | null;
    if (screen.get().view === 'tv' && on && !/^(INPUT|TEXTAREA)$/.test(on.tagName)) {
      const zone = on.closest<HTMLElement>('[data-focus-trap]') ? null : on.closest<HTMLElement>('[data-zone]');
      if (!move(way, zone ?? document) && !(way === 'up' && zone && move(way))) scrollBy(0, (way === 'up' ? -1 : 1) * innerHeight * 0.5);
      return true;
    }
    if (screen.get().view !== 'pc') return false;
    if (on && on !== document.body) return false;
    scrollBy(0, (way === 'up' ? -1 : 1) * 80);
    return true;
  },
});
keepFocus(root, () => screen.get().view === 'tv');
