// A forgotten PIN: the township is called, and works out a code.
import { useEffect, useState } from 'preact/hooks';
import { Failed, post, type Me } from '../../lib/api';
import { explain } from '../../lib/failures';
import { goTo } from '../../lib/focus';
import { Button } from '../../ui/Button';
import { PinPad } from '../../ui/PinPad';
import { toast } from '../../ui/Toast';
import { screen } from '../live';
import { person, t as all } from '../words';
import { CODE_DIGITS, PIN_MOST, pinProblem, refusal } from './pin';
import { t } from './words';

interface Asked { challenge: string; station?: string }

const letters = (text: string) => Array.from(text).map((letter, i) => (
  <span key={i} class={letter === '-' ? 'dash' : 'letter'}>{letter}</span>
));

export function Reset({ who, onDone, onLeave }: { who: string; onDone: (said: Me) => void; onLeave: () => void }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [step, setStep] = useState<'call' | 'code' | 'pin' | 'again'>('call');
  const [code, setCode] = useState('');
  const [pin, setPin] = useState('');
  const [twice, setTwice] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);

  const question = () => post<Asked>('/api/reset', { who }).then(setAsked, (failure) =>
    setProblem(failure instanceof Failed && failure.status === 'not_found' ? t('resetNobody') : explain(failure)));
  useEffect(() => { void question(); }, [who]);

  const send = () => {
    setBusy(true);
    post<Me>('/api/reset', { who, code, secret: pin }).then((said) => {
      toast(t('resetDone'));
      onDone(said);
    }, (failure) => {
      setBusy(false);
      setTwice('');
      const why = refusal(failure);
      if (failure instanceof Failed && failure.status === 'old') {
        setProblem(t('resetOld'));
        setStep('call');
        setCode('');
        void question();
      } else if (failure instanceof Failed && failure.status === 'usage') {
        setProblem(t('pinEasy'));
        setPin('');
        setStep('pin');
      } else {
        setProblem(why && !('wait_s' in why) ? t('resetWrong') : explain(failure));
        setCode('');
        setStep('code');
      }
    });
  };

  const turnTo = (to: typeof step) => {
    setProblem('');
    setStep(to);
  };
  useEffect(() => {
    if (asked && step === 'call' && screen.get().view !== 'phone') goTo(document.querySelector<HTMLElement>('[data-key="reset/next"]'));
  }, [!!asked, step]);

  const leave = <Button kind="quiet" data-key="reset/leave" onClick={onLeave}>{all('cancel')}</Button>;
  return (
    <div class="reset">
      {step === 'call' && (
        <>
          <h2>{t('step1')}</h2>
          {problem && <p class="problem" role="alert">{problem}</p>}
          {asked && (
            <>
              <p>{t('step1More')}</p>
              <dl class="read-out">
                {asked.station && <div><dt>{t('stationCode')}</dt><dd>{letters(asked.station)}</dd></div>}
                <div><dt>{t('forWhom')}</dt><dd>{letters(who)}</dd></div>
                <div><dt>{t('question')}</dt><dd class="challenge">{letters(asked.challenge)}</dd></div>
              </dl>
              <p>{t('step1Then')}</p>
              {asked.station && <p class="soft">{t('step1Office')} <code>xiangtu station reset-pin {asked.station} {who} {asked.challenge}</code></p>}
              <p class="actions center"><Button kind="main" data-key="reset/next" data-autofocus="" onClick={() => turnTo('code')}>{t('gotCode')}</Button>{leave}</p>
            </>
          )}
        </>
      )}
      {step === 'code' && (
        <PinPad key="code" label={t('step2')} plain value={code} most={CODE_DIGITS} problem={problem} enter={t('next')}
          onValue={(v) => { setCode(v); setProblem(''); }}
          onEnter={() => (code.length === CODE_DIGITS ? turnTo(pin ? 'again' : 'pin') : setProblem(t('code8')))} />
      )}
      {step === 'pin' && (
        <PinPad key="pin" label={`${person(who)} · ${t('step3')}`} value={pin} most={PIN_MOST} problem={problem} enter={t('next')}
          onValue={(v) => { setPin(v); setProblem(''); }}
          onEnter={() => {
            const wrong = pinProblem(pin);
            if (wrong) setProblem(wrong === 'short' ? t('pinShort') : t('pinEasy'));
            else turnTo('again');
          }} />
      )}
      {step === 'again' && (
        <PinPad key="again" label={t('step4')} value={twice} most={PIN_MOST} problem={problem} busy={busy} enter={all('done')}
          onValue={(v) => { setTwice(v); setProblem(''); }}
          onEnter={() => {
            if (twice === pin) send();
            else {
              setPin('');
              setTwice('');
              setStep('pin');
              setProblem(t('pinDiffers'));
            }
          }} />
      )}
      {(step !== 'call' || !asked) && <p class="actions center">{leave}</p>}
    </div>
  );
}
