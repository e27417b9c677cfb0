// To sign something, with what may stand in its way: a locked key (the
// passphrase is asked for, then it goes on), other nodes that are still asked
// whether this disk is the newest (`busy`: once more), nobody who could be
// asked (a person answers for it).
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Failed } from '../../lib/api';
import { explain } from '../../lib/failures';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { toast } from '../../ui/Toast';
import { refresh } from '../live';
import { t as all } from '../words';
import { UnlockDialog } from './Unlock';
import { t } from './words';

const BUSY_TRIES = 20;
const BUSY_MS = 1500;
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

type Sign = (alone: boolean) => Promise<unknown>;

export interface Signing {
  busy: boolean;
  asking: boolean;
  // `told`: a failure in words of one's own, null for the usual ones.
  sign: (what: Sign, done: () => void, told?: (failure: Failed) => string | null) => void;
  dialogs: ComponentChildren;
  stopped: boolean; // one of them is open
}

export function useSigning(): Signing {
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const [stop, setStop] = useState<'locked' | 'alone' | null>(null);
  const now = useRef<{ what: Sign; done: () => void; told?: (failure: Failed) => string | null } | null>(null);

  const go = async (alone: boolean) => {
    const { what, done, told } = now.current!;
    setBusy(true);
    try {
      for (let tries = 0; ; tries++) {
        try {
          await what(alone);
          break;
        } catch (failure) {
          if (!(failure instanceof Failed) || failure.status !== 'busy' || alone || tries >= BUSY_TRIES) throw failure;
          setAsking(true);
          await pause(BUSY_MS);
        }
      }
      done();
    } catch (failure) {
      const status = failure instanceof Failed ? failure.status : '';
      if (failure instanceof Failed && failure.code === 401) refresh();
      if (status === 'locked' && (failure as Failed).code !== 429) setStop('locked');
      else if (!alone && (status === 'unreachable' || status === 'old')) setStop('alone');
      else toast((failure instanceof Failed && told?.(failure)) || (failure instanceof Failed && status === 'busy' ? t('trouble_refused', { text: explain(failure) }) : explain(failure)), 'bad');
    } finally {
      setBusy(false);
      setAsking(false);
    }
  };

  return {
    busy,
    asking,
    stopped: stop !== null,
    sign(what, done, told) {
      now.current = { what, done, told };
      void go(false);
    },
    dialogs: (
      <>
        {stop === 'locked' && <UnlockDialog onClose={() => setStop(null)} onDone={() => { setStop(null); void go(false); }} />}
        {stop === 'alone' && (
          <Dialog title={t('aloneTitle')} onClose={() => setStop(null)}>
            <p>{t('aloneMore')}</p>
            <p class="actions">
              <Button first onClick={() => setStop(null)}>{all('cancel')}</Button>
              <Button kind="danger" onClick={() => { setStop(null); void go(true); }}>{t('alone')}</Button>
            </p>
          </Dialog>
        )}
      </>
    ),
  };
}
