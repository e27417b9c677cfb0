// Sending files to the node piece by piece: what is sent next, and what each
// answer means. No browser in here (uploads.ts does the sending).
//
//   waiting -> sending -> done
//      ^         |  \
//      |      resting -> sending   nobody answered: again by itself, later and later
//      |         |
//      +------ failed              a person has to do something, and says "again"
//
// The node says what it has (`received`); that is where sending goes on, also
// after it restarted or the page was closed and the same file is chosen again.
import { Failed } from '../../lib/api';

export const CHUNK = 1024 * 1024;
const RETRY_MS = [1000, 2000, 4000, 8000, 15000];
const ASTRAY_MOST = 5; // answers in a row that the node is elsewhere than we thought

export type State = 'waiting' | 'sending' | 'resting' | 'failed' | 'done';

export interface Upload {
  key: string; // draft and name
  draft: string;
  name: string;
  total: number;
  sent: number; // what the node has said it has
  state: State;
  tries: number; // in a row without an answer
  astray: number;
  failure?: unknown;
  login?: boolean; // it rests until somebody has logged in
}

export const keyOf = (draft: string, name: string) => `${draft}/${name}`;

export const begin = (draft: string, name: string, total: number, received = 0): Upload => ({
  key: keyOf(draft, name), draft, name, total, sent: received < total ? received : 0, state: 'waiting', tries: 0, astray: 0,
});

// The next piece. An empty file is none: the node takes no such file.
export function piece(upload: Upload): { offset: number; size: number } | null {
  const size = Math.min(CHUNK, upload.total - upload.sent);
  return size > 0 && upload.state !== 'done' && upload.state !== 'failed' ? { offset: upload.sent, size } : null;
}

export function heard(upload: Upload, received: number): Upload {
  const sent = Math.max(0, Math.min(received, upload.total));
  return { ...upload, sent, state: sent >= upload.total ? 'done' : 'sending', tries: 0, astray: 0, failure: undefined, login: false };
}

// A piece was refused or lost; how long to wait for the next try, null for none
// by itself.
export function refused(upload: Upload, failure: unknown): { upload: Upload; wait_ms: number | null } {
  const failed = { upload: { ...upload, state: 'failed' as const, failure }, wait_ms: null };
  if (!(failure instanceof Failed)) return failed;
  const received = failure.args.received;
  if (failure.code === 409 && typeof received === 'number' && received >= 0 && received <= upload.total) {
    if (upload.astray >= ASTRAY_MOST) return failed;
    const sent = received;
    return { upload: { ...upload, sent, astray: upload.astray + 1, state: sent >= upload.total ? 'done' : 'sending' }, wait_ms: 0 };
  }
  if (failure.code === 401) return { upload: { ...upload, state: 'resting', login: true, failure }, wait_ms: null };
  if (failure.code === 0 || failure.code === 409 || failure.code === 429 || failure.code === 500 || failure.code === 502 || failure.code === 503) {
    const wait = RETRY_MS[Math.min(upload.tries, RETRY_MS.length - 1)]!;
    return { upload: { ...upload, state: 'resting', tries: upload.tries + 1, failure }, wait_ms: Math.max(wait, Number(failure.args.wait_s ?? 0) * 1000) };
  }
  return failed;
}

export const again = (upload: Upload): Upload => ({ ...upload, state: 'waiting', tries: 0, astray: 0, failure: undefined, login: false });

// Which one is sent now: one at a time, the small ones first, so that a handout
// is not behind a film of an hour; what has begun goes on.
export function turn(all: readonly Upload[]): Upload | null {
  if (all.some((one) => one.state === 'sending')) return null;
  return all.filter((one) => one.state === 'waiting').sort((a, b) => (a.total - a.sent) - (b.total - b.sent))[0] ?? null;
}

// How fast it goes, over the last half minute.
export class Speed {
  private seen: { at: number; bytes: number }[] = [];

  // `at`: seconds.
  took(bytes: number, at: number): void {
    this.seen.push({ at, bytes });
    while (this.seen.length > 1 && this.seen[0]!.at < at - 30) this.seen.shift();
  }

  rate(): number {
    const first = this.seen[0];
    const last = this.seen[this.seen.length - 1];
    if (!first || !last || last.at - first.at < 1) return 0;
    return this.seen.slice(1).reduce((sum, one) => sum + one.bytes, 0) / (last.at - first.at);
  }

  rest(): void {
    this.seen = [];
  }
}

export const leftSeconds = (all: readonly Upload[], rate: number): number | null =>
  (rate > 0 ? all.filter((u) => u.state !== 'done' && u.state !== 'failed').reduce((sum, u) => sum + u.total - u.sent, 0) / rate : null);
