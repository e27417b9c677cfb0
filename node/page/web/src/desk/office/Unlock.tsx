// The publishing key: locked, or open for a while.
import { useState } from 'preact/hooks';
import { post, type Me } from '../../lib/api';
import { explain } from '../../lib/failures';
import { useStore } from '../../lib/store';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Field, TextField } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { me } from '../live';
import { refusal } from '../login/pin';
import { useAct } from '../parts';
import { t as all } from '../words';
import { t } from './words';

interface Opening { onDone: () => void; onClose: () => void; title?: string; more?: string; minutes?: number }

// The publishing key, unless it says another.
export function UnlockDialog({ onDone, onClose, title = t('unlockTitle'), more = t('unlockMore'), minutes: first = 30 }: Opening) {
  const [passphrase, setPassphrase] = useState('');
  const [minutes, setMinutes] = useState(first);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const unlock = () => {
    setBusy(true);
    setProblem('');
    post<{ keys: Me['keys'] }>('/api/unlock', { passphrase, minutes }).then(({ keys }) => {
      const who = me.get();
      if (who) me.set({ ...who, keys });
      onDone();
    }, (failure) => {
      const why = refusal(failure);
      setBusy(false);
      setPassphrase('');
      setProblem(why && 'left' in why ? (why.left === null ? t('passphraseWrongPlain') : t('passphraseWrong', { n: why.left })) : explain(failure));
    });
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{more}</p>
      <form class="dialog-form" onSubmit={(e) => { e.preventDefault(); unlock(); }}>
        <TextField label={t('passphrase')} type="password" autocomplete="off" value={passphrase} problem={problem} data-first="" data-key="unlock/passphrase" onText={setPassphrase} />
        <Field label={t('howLong')}>
          {(ids) => (
            <select class="input" {...ids} value={String(minutes)} onChange={(e) => setMinutes(Number(e.currentTarget.value))}>
              <option value="30">{t('minutes30')}</option><option value="0">{t('untilEnd')}</option>
            </select>
          )}
        </Field>
        <p class="actions">
          <Button kind="main" type="submit" icon="unlock" busy={busy} disabled={!passphrase}>{t('unlock')}</Button>
          <Button onClick={onClose}>{all('cancel')}</Button>
        </p>
      </form>
    </Dialog>
  );
}

export const isLocked = (who: Me | null) => who?.keys?.publisher === 'locked';

// One line that says how it is, with the button that changes it.
export function KeyLine() {
  const who = useStore(me);
  const [open, setOpen] = useState(false);
  const [busy, act] = useAct();
  const state = who?.keys?.publisher;
  if (!state || state === 'unprotected') return null;
  return (
    <p class="key-line">
      <Icon name={state === 'locked' ? 'lock' : 'unlock'} />
      <span>{state === 'locked' ? t('keyLocked') : t('keyUnlocked')}</span>
      {state === 'locked'
        ? <Button data-key="key/unlock" onClick={() => setOpen(true)}>{t('unlock')}</Button>
        : <Button busy={busy} data-key="key/lock" onClick={() => act(() => post<{ keys: Me['keys'] }>('/api/lock').then(({ keys }) => { if (who) me.set({ ...who, keys }); }), t('locked'))}>{t('lock')}</Button>}
      {open && <UnlockDialog onClose={() => setOpen(false)} onDone={() => setOpen(false)} />}
    </p>
  );
}
