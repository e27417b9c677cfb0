// The files that are on their way to the node, for as long as the page is open.
import { Failed, postBytes } from '../../lib/api';
import { store } from '../../lib/store';
import { ended, refresh } from '../live';
import { chunkPath } from '../node';
import { again, begin, heard, keyOf, piece, refused, Speed, turn, type Upload } from './upload';

export const uploads = store<readonly Upload[]>([]);
export const speed = new Speed();
const files = new Map<string, File>();
const stopped = new Set<string>();
let working = false;

const put = (upload: Upload) => uploads.set(uploads.get().map((one) => (one.key === upload.key ? upload : one)));
const find = (key: string) => uploads.get().find((one) => one.key === key);
const seconds = () => performance.now() / 1000;

export function add(draft: string, file: File, received = 0): void {
  const key = keyOf(draft, file.name);
  files.set(key, file);
  stopped.delete(key);
  uploads.set(uploads.get().filter((one) => one.key !== key).concat(begin(draft, file.name, file.size, received)));
  void Promise.resolve().then(work); // when all that came together are here: the small ones go first
}

export function remove(draft: string, name: string): void {
  const key = keyOf(draft, name);
  stopped.add(key);
  files.delete(key);
  uploads.set(uploads.get().filter((one) => one.key !== key));
}

export function retry(key: string): void {
  const one = find(key);
  if (one) put(again(one));
  work();
}

async function send(key: string): Promise<void> {
  for (;;) {
    const now = find(key);
    const file = files.get(key);
    const next = now && piece(now);
    if (!now || !file || !next || stopped.has(key)) return;
    if (now.state !== 'sending') put({ ...now, state: 'sending' });
    try {
      const { received } = await postBytes<{ received: number }>(chunkPath(now.draft, now.name, next.offset, now.total), file.slice(next.offset, next.offset + next.size));
      speed.took(next.size, seconds());
      const was = find(key);
      if (was) put(heard(was, received));
    } catch (failure) {
      speed.rest();
      const was = find(key);
      if (!was) return;
      // A file that was moved or changed cannot be read any more.
      const { upload, wait_ms: wait } = refused(was, failure instanceof Failed ? failure : new Failed('io', 0, String(failure)));
      put(upload);
      if (upload.login) refresh();
      if (wait === 0) continue;
      if (wait !== null)
        setTimeout(() => {
          const then = find(key);
          if (then?.state === 'resting') retry(key);
        }, wait);
      return;
    }
  }
}

function work(): void {
  if (working) return;
  const next = turn(uploads.get());
  if (!next) return;
  working = true;
  void send(next.key).then(() => {
    working = false;
    work();
  });
}

// Whoever has logged in again finds them going on.
ended.watch(() => {
  if (!ended.get()) uploads.get().filter((one) => one.login).forEach((one) => retry(one.key));
});

// To close the page now would stop them; what is here stays here.
addEventListener('beforeunload', (event) => {
  if (uploads.get().some((one) => one.state === 'sending' || one.state === 'waiting' || one.state === 'resting')) {
    event.preventDefault();
    event.returnValue = '';
  }
});
