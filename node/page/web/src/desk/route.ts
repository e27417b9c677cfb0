// Which page of the desks is shown: the part of the address after '#', a page
// and what it is about.
import { enter } from '../lib/keepfocus';
import { store } from '../lib/store';

export interface Route { page: string; of: string }

export function parse(hash: string): Route {
  const [page = '', ...of] = hash.replace(/^#\/?/, '').split('/');
  try {
    return { page, of: decodeURIComponent(of.join('/')) };
  } catch {
    return { page, of: of.join('/') };
  }
}

export const href = (page: string, of = '') => `#/${page}${of ? `/${encodeURIComponent(of)}` : ''}`;

export const route = store<Route>({ page: '', of: '' });

const trail: string[] = [];

function arrived(): void {
  const now = location.hash || '#/';
  const at = trail.lastIndexOf(now);
  if (at >= 0) trail.length = at + 1;
  else trail.push(now);
  enter(now, at >= 0);
  const next = parse(now);
  const was = route.get();
  if (next.page !== was.page || next.of !== was.of) route.set(next);
}

export function startRoutes(): void {
  addEventListener('hashchange', arrived);
  arrived();
}

export function go(page: string, of = ''): void {
  location.hash = href(page, of);
}

// Another address at the same place of the history.
export function replace(page: string, of = ''): void {
  trail.pop();
  history.replaceState(history.state, '', href(page, of));
  arrived();
}

const ABOVE: Record<string, string> = { draft: 'drafts', 'station-book': 'report', card: 'cards' };

// Back: where one came from, else the page that leads here, else the first.
export function back(): void {
  const now = route.get();
  if (trail.length > 1) history.back();
  else if (now.of) replace(ABOVE[now.page] ?? now.page);
  else if (now.page) replace('');
}
