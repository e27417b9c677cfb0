import { useEffect, useState } from 'preact/hooks';
import { login, type Me } from '../../lib/api';
import { explain } from '../../lib/failures';
import { useStore } from '../../lib/store';
import { Button } from '../../ui/Button';
import { TextField } from '../../ui/Field';
import { PinPad } from '../../ui/PinPad';
import { ended, know, me, refresh } from '../live';
import { person } from '../words';
import { countdown, PIN_MOST, refusal } from './pin';
import { Reset } from './Reset';
import { t } from './words';

const KEPT = 'xt.who';

function keptWho(): string {
  try {
    return localStorage.getItem(KEPT) ?? '';
  } catch {
    return '';
  }
}

function keepWho(who: string): void {
  try {
    localStorage.setItem(KEPT, who);
  } catch {
    // then it is asked again
  }
}

// Seconds that are left, counted down here; the node keeps the time that counts.
function useWait(): [number, (seconds: number) => void] {
  const [until, setUntil] = useState(0);
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    if (until <= performance.now()) return undefined;
    const timer = setInterval(() => setNow(performance.now()), 250);
    return () => clearInterval(timer);
  }, [until]);
  return [Math.max(0, (until - Math.max(now, 0)) / 1000), (seconds) => {
    const begun = performance.now(); // read once: none to wait is none at all
    setNow(begun);
    setUntil(begun + seconds * 1000);
  }];
}

function Locked({ wait }: { wait: number }) {
  return (
    <div class="locked" role="timer">
      <p class="big">{t('lockedFor')}</p>
      <p class="count" aria-hidden="true">{countdown(wait)}</p>
      <p class="visually-hidden" role="status">{t('lockedLeft', { time: countdown(Math.ceil(wait / 15) * 15) })}</p>
      <p class="soft">{t('lockedMore')}</p>
    </div>
  );
}

function NotSet() {
  useEffect(() => {
    const timer = setInterval(refresh, 5000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div class="not-set">
      <p>{t('noneMore')}</p>
      <pre><code>xiangtu set-pin A</code></pre>
      <p>{t('noneOffice')}</p>
      <pre><code>xiangtu set-password</code></pre>
      <p class="soft">{t('noneHelp')}</p>
    </div>
  );
}

function Office({ onIn, wait, setWait }: { onIn: (said: Me) => void; wait: number; setWait: (s: number) => void }) {
  const [who, setWho] = useState(() => { const kept = keptWho(); return kept.length > 1 && kept !== 'office' ? kept : ''; });
  const [secret, setSecret] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const enter = () => {
    setBusy(true);
    setProblem('');
    const name = who.trim() || 'office';
    login(name, secret).then((said) => {
      keepWho(name);
      onIn(said);
    }, (failure) => {
      setBusy(false);
      setSecret('');
      const why = refusal(failure);
      if (why && 'wait_s' in why) setWait(why.wait_s);
      else setProblem(why ? (why.left === null ? t('wrongPlain') : t('wrong', { n: why.left })) : explain(failure));
    });
  };
  return (
    <form onSubmit={(e) => { e.preventDefault(); enter(); }}>
      <TextField label={t('nameLabel')} help={t('nameHelp')} value={who} maxLength={31} autocomplete="username" data-key="login/who"
        onText={(name) => { setWho(name); setWait(0); /* who has to wait is the other one */ }} />
      <TextField label={t('password')} type="password" value={secret} maxLength={128} autocomplete="current-password" problem={problem}
        data-key="login/secret" data-autofocus="" data-first="" onText={setSecret} />
      <Button kind="main" type="submit" busy={busy} disabled={!secret || wait > 0} data-key="login/enter">{t('enter')}</Button>
      <p class="soft more">{t('passwordForgotten')}</p>
    </form>
  );
}

function Pin({ who, onIn, wait, setWait }: { who: string; onIn: (said: Me) => void; wait: number; setWait: (s: number) => void }) {
  const [pin, setPin] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const enter = () => {
    if (!pin || busy) return;
    setBusy(true);
    login(who, pin).then((said) => {
      keepWho(who);
      onIn(said);
    }, (failure) => {
      setBusy(false);
      setPin('');
      const why = refusal(failure);
      if (why && 'wait_s' in why) setWait(why.wait_s);
      setProblem(why && 'wait_s' in why ? '' : why ? (why.left === null ? t('wrongPlain') : t('wrong', { n: why.left })) : explain(failure));
    });
  };
  return (
    <PinPad label={t('pinOf', { who: person(who) })} value={pin} most={PIN_MOST} busy={busy} disabled={wait > 0} problem={problem}
      onValue={(digits) => { setPin(digits); if (digits) setProblem(''); }} onEnter={enter} />
  );
}

// Who one is, then the secret. `again`: above a page whose session has ended.
export function Login({ again }: { again?: boolean }) {
  const said = useStore(me);
  const set = said?.secrets ?? { A: false, B: false, office: false };
  const people = (['A', 'B', 'office'] as const).filter((who) => set[who]);
  const kept = keptWho();
  const usual = people.length === 1 ? people[0]! : again && said ? (said.who === 'A' || said.who === 'B' ? said.who : 'office') : '';
  const [who, setWho] = useState<string>(usual);
  const [reset, setReset] = useState(false);
  const [wait, setWait] = useWait();
  useEffect(() => { if (!who && people.length === 1) setWho(people[0]!); }, [people.length]);
  const onIn = (now: Me) => know(now);
  const title = reset ? t('resetTitle', { who: person(who) }) : people.length ? t('title') : t('noneTitle');
  return (
    <div class={`login ${again ? 'again' : ''}`}>
      {(!again || reset) && <h1>{title}</h1>}
      {said?.node.name && !again && <p class="soft where">{said.node.name}</p>}
      {again && !reset && <p class="soft">{t('ended')}</p>}
      {people.length === 0 ? <NotSet />
        : reset ? <Reset who={who} onDone={onIn} onLeave={() => setReset(false)} />
          : !who ? (
            <div class="people" role="group" aria-label={t('who')}>
              <p>{t('who')}</p>
              {people.map((one, i) => (
                <Button key={one} class="person" data-key={`who/${one}`} data-autofocus={one === kept || (!kept && i === 0) ? '' : undefined}
                  onClick={() => setWho(one)}>{person(one)}</Button>
              ))}
            </div>
          ) : (
            <>
              {wait > 0 && <Locked wait={wait} />}
              {who === 'office'
                ? <Office onIn={onIn} wait={wait} setWait={setWait} />
                : !(wait > 0) && <Pin key={who} who={who} onIn={onIn} wait={wait} setWait={setWait} />}
              <p class="actions center">
                {(who === 'A' || who === 'B') && <Button kind="quiet" data-key="forgotten" data-autofocus={wait > 0 ? '' : undefined} onClick={() => setReset(true)}>{t('forgotten')}</Button>}
                {people.length > 1 && <Button kind="quiet" data-key="other" onClick={() => { setWho(''); setWait(0); }}>{t('other')}</Button>}
              </p>
            </>
          )}
      {!reset && <p class="actions center">
        <a class="button quiet" href="/" data-key="leave" onClick={() => { if (again) ended.set(false); }}>{t('leave')}</a>
      </p>}
    </div>
  );
}
