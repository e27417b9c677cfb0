// The desks: of the operators of a station, and of an office that publishes.
import { render } from 'preact';
import { direction, isBack, keys } from '../lib/focus';
import { keepFocus } from '../lib/keepfocus';
import { watchScreen } from '../lib/screen';
import '../styles/base.css';
import { App } from './App';
import './desk.css';
import './pages.css';
import { screen, startLive } from './live';
import { back, startRoutes } from './route';

document.documentElement.classList.add('light');
const root = document.getElementById('app')!;
watchScreen((now) => screen.set(now));
startRoutes();
startLive();
render(<App />, root);

// On a PC arrows move the page where nothing stands in their direction; on a TV
// every entry of a list can have the focus (parts/Item).
keys({
  back,
  before(event) {
    if (document.querySelector('[data-focus-trap]') && isBack(event)) return true;
    const way = direction(event);
    if (screen.get().view !== 'pc' || (way !== 'up' && way !== 'down')) return false;
    if (document.activeElement && document.activeElement !== document.body) return false;
    scrollBy(0, (way === 'up' ? -1 : 1) * 80);
    return true;
  },
});
keepFocus(root, () => screen.get().view === 'tv');
