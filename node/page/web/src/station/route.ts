// Which page is shown: the part of the address after '#'.
import { store } from '../lib/store';
import { enter } from '../lib/keepfocus';

export type Route =
  | { page: 'home' }
  | { page: 'topic'; topic: string }
  | { page: 'region'; region: string }
  | { page: 'search'; text: string }
  // `read`: the handout that is open, by its path
  | { page: 'lesson'; id: string; read?: string }
  // what is studied: all of it, beginning together (with a lesson), one's own
  | { page: 'study' }
  | { page: 'begin'; lesson: string }
  | { page: 'me' }
  | { page: 'rules' }
  // `as` undefined: what suits this screen best; '': the main one
  | { page: 'play'; id: string; part: number; as?: string; start?: boolean }
  // what an office is about to publish; `part` when it plays
  | { page: 'draft'; id: string; part?: number; as?: string; read?: string };

export function parse(hash: string): Route {
  const [page, ...words] = hash.replace(/^#\/?/, '').split('/').map((word) => {
    try {
      return decodeURIComponent(word);
    } catch {
      return word;
    }
  });
  const [one = '', two = '', three = '', four = ''] = words;
  if (page === 'topic' && one) return { page, topic: one };
  if (page === 'region' && one) return { page, region: one };
  if (page === 'search') return { page, text: one };
  if (page === 'lesson' && one) return two === 'read' && three ? { page, id: one, read: three } : { page, id: one };
  if (page === 'study' || page === 'me' || page === 'rules') return { page };
  if (page === 'begin') return { page, lesson: one };
  if (page === 'play' && one) return {
      page, id: one, part: Math.max(0, parseInt(two, 10) || 0),
      as: three === '' || three === '-' ? undefined : three === '.' ? '' : three, start: four === 'start',
    };
  if (page === 'draft' && one && two === 'read' && three) return { page, id: one, read: three };
  if (page === 'draft' && one)
    return two === '' ? { page, id: one } : { page, id: one, part: Math.max(0, parseInt(two, 10) || 0), as: three === '.' ? '' : three };
  return { page: 'home' };
}

const word = encodeURIComponent;
const reading = (path?: string) => (path === undefined ? '' : `/read/${word(path)}`);

export function href(route: Route): string {
  switch (route.page) {
    case 'topic': return `#/topic/${word(route.topic)}`;
    case 'region': return `#/region/${word(route.region)}`;
    case 'search': return route.text ? `#/search/${word(route.text)}` : '#/search';
    case 'study': case 'me': case 'rules': return `#/${route.page}`;
    case 'begin': return route.lesson ? `#/begin/${word(route.lesson)}` : '#/begin';
    case 'lesson': return `#/lesson/${word(route.id)}${reading(route.read)}`;
    case 'play': return `#/play/${word(route.id)}/${route.part}/${route.as === undefined ? '-' : word(route.as || '.')}${route.start ? '/start' : ''}`;
    case 'draft': return `#/draft/${word(route.id)}${route.part === undefined ? reading(route.read) : `/${route.part}/${word(route.as || '.')}`}`;
    default: return '#/';
  }
}

// Where Back leads when the page was opened right here.
export function above(route: Route): Route {
  return route.page === 'play' ? { page: 'lesson', id: route.id }
    : route.page === 'begin' || route.page === 'me' || route.page === 'rules' ? { page: 'study' }
    : route.page === 'lesson' && route.read !== undefined ? { page: 'lesson', id: route.id }
    : route.page === 'draft' && (route.part ?? route.read) !== undefined ? { page: 'draft', id: route.id } : { page: 'home' };
}

export const route = store<Route>({ page: 'home' });

// The addresses that led here, so that Back never leaves the page.
const trail: string[] = [];

function arrived(): void {
  const now = location.hash || '#/';
  const at = trail.lastIndexOf(now);
  if (at >= 0) trail.length = at + 1;
  else trail.push(now);
  enter(now.startsWith('#/search') ? '#/search' : now, at >= 0);
  route.set(parse(now));
}

export function startRoutes(): void {
  addEventListener('hashchange', arrived);
  arrived();
}

export function go(to: Route): void {
  location.hash = href(to);
}

// The same place in the history, another address: what is typed, the next part.
export function replace(to: Route): void {
  trail.pop();
  history.replaceState(history.state, '', href(to));
  arrived();
}

export function back(): void {
  const now = route.get();
  if (now.page === 'home') return;
  if (trail.length > 1) {
    history.back();
    return;
  }
  replace(above(now));
}
