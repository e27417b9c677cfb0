// The station's screen and the phone: one page, laid out by lib/screen.ts.
import { render } from 'preact';
import { askEarly } from '../lib/ask';
import { keys } from '../lib/focus';
import { keepFocus } from '../lib/keepfocus';
import { watchScreen } from '../lib/screen';
import '../styles/base.css';
import { App } from './App';
import { screen, startLive } from './live';
import './player/player.css';
import { back, route, startRoutes } from './route';
import '../ui/pinpad.css';
import '../study/study.css';
import './station.css';

const root = document.getElementById('app')!;
watchScreen((now) => screen.set(now));
startRoutes();
if (route.get().page === 'home') askEarly('/api/home');
startLive();
render(<App />, root);
keys({ back });
// On a phone a focus that wanders by itself only gets in the way.
keepFocus(root, () => screen.get().view !== 'phone');
