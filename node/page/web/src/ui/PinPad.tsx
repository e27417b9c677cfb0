import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { goTo } from '../lib/focus';
import { words } from '../lib/i18n';
import { Button } from './Button';
import { Icon } from './Icon';

const t = words({
  typed: { zh: '已输入 {n} 位', en: ['{n} digit entered', '{n} digits entered'] },
  enter: { zh: '进入', en: 'Enter' },
  deleteOne: { zh: '删一个', en: 'Delete' },
  keypad: { zh: '数字键盘', en: 'Keypad' },
});

// Digits typed so far and a key: what is typed then.
export function press(typed: string, key: string, most: number): string {
  if (key === 'delete') return typed.slice(0, -1);
  return /^\d$/.test(key) && typed.length < most ? typed + key : typed;
}

interface Props {
  label: string;
  value: string;
  most: number;
  plain?: boolean; // shown as it is: a code, not a secret
  grouped?: (digits: string) => string; // how that is written
  busy?: boolean;
  disabled?: boolean;
  enter?: string;
  problem?: ComponentChildren;
  onValue: (digits: string) => void;
  onEnter: () => void;
}

// Digits by four arrows and OK, by a finger, or by the digits of a remote
// control or a keyboard, wherever the focus is.
export function PinPad({ label, value, most, plain, grouped, busy, disabled, enter, problem, onValue, onEnter }: Props) {
  const now = useRef({ value, onValue, onEnter, off: busy || disabled });
  now.current = { value, onValue, onEnter, off: busy || disabled };
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const { value: typed, onValue: set, onEnter: go, off } = now.current;
      const on = event.target as HTMLElement;
      if (off || event.ctrlKey || event.altKey || event.metaKey || on.tagName === 'INPUT') return;
      if (/^\d$/.test(event.key)) set(press(typed, event.key, most));
      else if (event.key === 'Backspace' && typed) set(press(typed, 'delete', most));
      else if (event.key === 'Enter' && typed && (on === document.body || on.tagName === 'OUTPUT')) go();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    addEventListener('keydown', pressed, true);
    return () => removeEventListener('keydown', pressed, true);
  }, [most]);
  // What had the focus went with the step before.
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!document.documentElement.classList.contains('view-phone') && (!document.activeElement || document.activeElement === document.body))
      goTo(box.current?.querySelector<HTMLElement>('[data-first]'));
  }, [disabled]);
  const key = (digit: string, first?: boolean) => (
    <button key={digit} type="button" class="key" data-key={`pin/${digit}`} disabled={disabled} data-first={first ? '' : undefined}
      data-autofocus={first ? '' : undefined} onClick={() => onValue(press(value, digit, most))}>{digit}</button>
  );
  return (
    <div class="pin-pad" ref={box}>
      <p class="pin-label" id="pin-label">{label}</p>
      <output class={`pin-typed ${plain ? 'plain' : ''}`} aria-labelledby="pin-label" aria-live={plain ? 'polite' : 'off'}>
        {plain ? (grouped ? grouped(value) : value.replace(/(\d{4})(?=\d)/g, '$1 ')) || ' ' : value.replace(/./g, '●') || ' '}
        {!plain && <span class="visually-hidden" role="status">{t('typed', { n: value.length })}</span>}
      </output>
      <div class="pin-problem" role="alert">{problem}</div>
      <div class="pin-keys" role="group" aria-label={t('keypad')}>
        {['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((digit) => key(digit, digit === '5'))}
        <button type="button" class="key" data-key="pin/delete" disabled={disabled} aria-label={t('deleteOne')}
          onClick={() => onValue(press(value, 'delete', most))}><Icon name="delete" /></button>
        {key('0')}
        <Button kind="main" class="key" data-key="pin/enter" busy={busy} disabled={disabled || !value} onClick={onEnter}>{enter ?? t('enter')}</Button>
      </div>
    </div>
  );
}
