// Who is here: names as they are typed, cards by number or by a scanner that
// types digits, wherever the focus is.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../ui/Button';
import { TextField } from '../ui/Field';
import { Icon } from '../ui/Icon';
import { NAME_BYTES, namesIn, NAMES_MOST, utf8, type Change, type Study } from './api';
import { CARD_DIGITS, digitsOf, isNumber } from './number';
import { t } from './words';

interface Props { study: Study; busy: boolean; onChange: (what: Change, said?: string) => Promise<boolean> }

export function Names({ study, busy, onChange }: Props) {
  const [text, setText] = useState('');
  const names = study.names ?? [];
  const more = namesIn(text).filter((name) => names.indexOf(name) < 0);
  const bad = more.some((name) => utf8(name) > NAME_BYTES) || names.length + more.length > NAMES_MOST;
  const add = () => {
    if (more.length && !bad) void onChange({ names: names.concat(more) }).then((done) => { if (done) setText(''); });
  };
  return (
    <form class="roll-names" onSubmit={(e) => { e.preventDefault(); add(); }}>
      <TextField label={t('name')} help={t('namesHelp')} problem={bad ? t('tooLong') : undefined} value={text} maxLength={600} autocomplete="off"
        data-key="roll/name" onText={setText} />
      <Button type="submit" icon="add" busy={busy} disabled={!more.length || bad} data-key="roll/add">{t('add')}</Button>
      <ul class="chips">
        {names.map((name) => (
          <li key={name}><Button kind="quiet" data-key={`roll/${name}`} aria-label={`${t('remove')} ${name}`}
            onClick={() => void onChange({ names: names.filter((other) => other !== name) })}>{name}<Icon name="close" /></Button></li>
        ))}
      </ul>
    </form>
  );
}

export function Cards({ study, busy, onChange }: Props) {
  const [number, setNumber] = useState('');
  const cards = study.cards ?? [];
  const whole = isNumber(number);
  const add = () => {
    if (whole) void onChange({ add_card: number }).then((done) => { if (done) setNumber(''); });
  };
  const now = useRef({ add, setNumber, number });
  now.current = { add, setNumber, number };
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const on = event.target as HTMLElement;
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(on.tagName) || event.ctrlKey || event.altKey || event.metaKey) return;
      const { number: typed, setNumber: set, add: go } = now.current;
      if (/^\d$/.test(event.key)) set((typed.length >= CARD_DIGITS ? '' : typed) + event.key);
      else if (event.key === 'Enter' && typed.length === CARD_DIGITS) go();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    addEventListener('keydown', pressed, true);
    return () => removeEventListener('keydown', pressed, true);
  }, []);
  return (
    <form class="roll-cards" onSubmit={(e) => { e.preventDefault(); add(); }}>
      <TextField label={t('card')} help={t('cardHelp')} problem={number.length >= CARD_DIGITS && !whole ? t('cardBad') : undefined} value={number} inputMode="numeric"
        autocomplete="off" maxLength={14} data-key="roll/card" onText={(text) => setNumber(digitsOf(text))} />
      <Button type="submit" icon="add" busy={busy} disabled={!whole} data-key="roll/add-card">{t('add')}</Button>
      <ul class="chips">
        {cards.map((card, i) => (
          <li key={`${i}/${card.tail}`}><Button kind="quiet" data-key={`roll/card/${i}`} aria-label={`${t('remove')} ${t('cardOf', { tail: card.tail })}`}
            onClick={() => void onChange({ drop_card: i })}>{t('cardOf', { tail: card.tail })}{card.known ? '' : ` · ${t('cardUnknown')}`}<Icon name="close" /></Button></li>
        ))}
      </ul>
    </form>
  );
}
