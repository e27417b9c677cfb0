// Personal study: with a card's number and PIN, and what is recorded of it here.
import { useEffect, useState } from 'preact/hooks';
import { Failed } from '../../lib/api';
import { useAsk } from '../../lib/ask';
import { explain } from '../../lib/failures';
import { clock, lasting } from '../../lib/format';
import { useStore } from '../../lib/store';
import { refusal } from '../../desk/login/pin';
import { cardIn, cardOut, minutes, within, type Mine, type MyCard } from '../../study/api';
import { CARD_DIGITS, CARD_PIN_DIGITS, isNumber, printed } from '../../study/number';
import { useDo } from '../../study/useDo';
import { t as both } from '../../study/words';
import { Button } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import { PinPad } from '../../ui/PinPad';
import { Loading } from '../Loading';
import { href } from '../route';
import { askStudy, cardUntil, study } from './live';
import { t } from './words';

// What a failed login means, in words.
export function cardProblem(failure: unknown): string {
  if (failure instanceof Failed && failure.code === 404) return t('notHere');
  const why = refusal(failure);
  if (!why) return explain(failure);
  return 'wait_s' in why ? t('wait', { time: lasting(why.wait_s) }) : why.left === null ? t('wrongPlain') : t('wrong', { n: why.left });
}

const SCANNER_MS = 500;

// For so long that key does nothing.
function passOver(key: string, time_ms: number): () => void {
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== key) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const over = () => removeEventListener('keydown', pressed, true);
  addEventListener('keydown', pressed, true);
  const timer = setTimeout(over, time_ms);
  return () => {
    clearTimeout(timer);
    over();
  };
}

function LogIn() {
  const [number, setNumber] = useState('');
  const [step, setStep] = useState<'number' | 'pin'>('number');
  const [pin, setPin] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const enter = () => {
    if (busy || pin.length !== CARD_PIN_DIGITS) return;
    setBusy(true);
    cardIn(number, pin).then(askStudy, (failure) => {
      setBusy(false);
      setPin('');
      setProblem(cardProblem(failure));
      if (failure instanceof Failed && failure.code === 404) setStep('number');
    });
  };
  const next = () => {
    if (number.length !== CARD_DIGITS) return;
    setProblem(isNumber(number) ? '' : both('cardBad'));
    if (isNumber(number)) setStep('pin');
  };
  // What is whole needs no press; a scanner sends Enter all the same.
  useEffect(next, [number]);
  useEffect(() => (step === 'pin' ? passOver('Enter', SCANNER_MS) : undefined), [step]);
  useEffect(() => { if (pin.length === CARD_PIN_DIGITS) enter(); }, [pin]);
  return step === 'number' ? (
    <div class="card-login">
      <PinPad key="number" label={t('number')} plain grouped={printed} value={number} most={CARD_DIGITS} enter={t('next')} problem={problem}
        onValue={(digits) => { setNumber(digits); setProblem(''); }} onEnter={next} />
      <p class="soft">{t('scan')}</p>
    </div>
  ) : (
    <div class="card-login">
      <PinPad key="pin" label={t('pin', { tail: number.slice(-4) })} value={pin} most={CARD_PIN_DIGITS} busy={busy} problem={problem}
        onValue={(digits) => { setPin(digits); if (digits) setProblem(''); }} onEnter={enter} />
      <p class="actions center"><Button kind="quiet" data-key="other-card" onClick={() => { setStep('number'); setNumber(''); setPin(''); setProblem(''); }}>{t('otherCard')}</Button></p>
    </div>
  );
}

type Play = Mine['personals'][number]['plays'][number];

// Of a film from where to where, of a handout how many pages.
function Shown({ play }: { play: Play }) {
  const spans = play.shown ?? [];
  if (spans.length < 2) return null;
  if (play.as === 'document' || play.as === 'picture') return <span class="soft"> · {t('pagesOf', { n: within(spans) })}</span>;
  const from = spans[0]!;
  const to = spans[spans.length - 1]!;
  return <span class="soft"> · {t('shownOf', { from: clock(from), to: clock(to) })}</span>;
}

function Recorded() {
  const asked = useAsk<Mine>('/api/card/mine');
  const it = asked.data;
  if (!it) return <Loading asked={asked} />;
  return (
    <section class="panel recorded">
      <h2>{t('recorded')}</h2>
      {it.personals.length === 0 ? <p>{t('recordedNone')}</p> : (
        <>
          <p class="big-line">{t('total', { n: minutes(it.total_ms) })}</p>
          <ul class="visits">
            {it.personals.map((visit, i) => (
              <li key={i} tabIndex={0}>
                <p><strong>{visit.began}</strong> · {lasting(Math.floor(visit.ms / 1000))}</p>
                <ul>
                  {visit.plays.map((play, n) => <li key={n}>{play.title} · {lasting(Math.floor(play.ms / 1000))}<Shown play={play} /></li>)}
                </ul>
              </li>
            ))}
          </ul>
        </>
      )}
      <p class="soft kept">{t('kept')}</p>
    </section>
  );
}

function In({ card }: { card: MyCard }) {
  const until = useStore(cardUntil);
  const [busy, act] = useDo();
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(0, Math.round((until - now) / 1000));
  return (
    <>
      <h1>{t('loggedIn', { tail: card.tail })}</h1>
      {left > 0 && <p class="soft">{t('endsIn', { time: lasting(Math.max(60, left)) })}</p>}
      <p class="actions">
        <a class="button main" href={href({ page: 'home' })} data-key="to-lessons" data-autofocus=""><Icon name="play" /><span>{t('toLessons')}</span></a>
        <Button icon="lock" busy={busy} data-key="card-out" onClick={() => void act(cardOut).then(askStudy)}>{t('leave')}</Button>
      </p>
      <Recorded />
    </>
  );
}

export function Me() {
  const card = useStore(study)?.card;
  return card ? <In key={card.tail} card={card} /> : <><h1 class="visually-hidden">{t('mine')}</h1><LogIn /></>;
}
