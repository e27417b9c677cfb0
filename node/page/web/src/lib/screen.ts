// What kind of screen the page stands on.
//
// `tv`    read from 4 m. Body text is 1/30 of the screen's height: at 4 m a
//         29-inch tube (43 cm high) then shows characters of 14 mm, 12 minutes
//         of arc, about what a Chinese character of 10 strokes needs (a road
//         sign is laid out for the same angle). A larger screen only gains.
// `pc`    read from 60 cm: text of 1/42, at least 16 px.
// `phone` the browser's own text size.
//
// A tube of 576 or 480 lines shows less than it is sent (overscan), and its
// pixels are not square: `pixel` is the width of one in heights.

export type View = 'tv' | 'pc' | 'phone';
export interface Screen { view: View; rem: number | null; safe: number; pixel: number }
export interface Seen {
  width: number;
  height: number;
  coarse: boolean; // the finger is the pointer
  here: boolean; // the page comes from this very machine: the box at the TV
  agent: string;
  asked?: string | null; // ?view=…
}

const TUBES: Record<string, number> = { '720x576': 16 / 15, '720x480': 8 / 9 };
const TV_BROWSERS = /\b(smart-?tv|tizen|web0s|webos|hbbtv|bravia|aft[a-z]|googletv|android tv|crkey|netcast|viera|settopbox)\b/i;

export function screenOf({ width, height, coarse, here, agent, asked }: Seen): Screen {
  const tube = TUBES[`${width}x${height}`];
  const small = width < 700 || (coarse && height < 500);
  const tv = !!tube || here || TV_BROWSERS.test(agent);
  const view: View = asked === 'tv' || asked === 'pc' || asked === 'phone' ? asked
    : small && !tube ? 'phone' : tv ? 'tv' : 'pc';
  if (view === 'phone') return { view, rem: null, safe: 0, pixel: 1 };
  const rem = view === 'tv' ? Math.min(height / 30, width / 36) : Math.max(16, Math.min(28, height / 42));
  // 576 lines and fewer: 7 % of each side may be behind the frame.
  return { view, rem, safe: view !== 'tv' ? 0.02 : height <= 600 ? 0.07 : 0.035, pixel: tube ?? 1 };
}

// The largest box of a film's shape within width x height, on such pixels.
export function fit(width: number, height: number, shape: number, pixel: number): { width: number; height: number } {
  const across = shape / pixel;
  return width / height > across ? { width: height * across, height } : { width, height: width / across };
}

export function watchScreen(told: (screen: Screen) => void): void {
  const coarse = matchMedia('(pointer: coarse)');
  const look = () => {
    const screen = screenOf({
      width: innerWidth,
      height: innerHeight,
      coarse: coarse.matches,
      here: /^(localhost|127\.|\[::1\])/.test(location.hostname),
      agent: navigator.userAgent,
      asked: new URLSearchParams(location.search).get('view'),
    });
    const root = document.documentElement;
    for (const view of ['tv', 'pc', 'phone']) root.classList.toggle(`view-${view}`, view === screen.view);
    root.style.fontSize = screen.rem === null ? '' : `${screen.rem}px`;
    root.style.setProperty('--safe-x', `${screen.safe * innerWidth}px`);
    root.style.setProperty('--safe-y', `${screen.safe * innerHeight}px`);
    root.style.setProperty('--pixel', String(screen.pixel));
    told(screen);
  };
  addEventListener('resize', look);
  look();
}
