import { useEffect, useRef, useState } from 'preact/hooks';
import { useAsk } from '../lib/ask';
import { useStore } from '../lib/store';
import { Empty } from '../ui/Empty';
import { Icon } from '../ui/Icon';
import { LessonCard } from './LessonCard';
import { Loading } from './Loading';
import { merge, paths, type Found } from './find';
import { screen } from './live';
import { replace } from './route';
import { t } from './words';

const KEYS = Array.from('abcdefghijklmnopqrstuvwxyz0123456789');
const SETTLE_MS = 250; // an answer for each letter would be many

// Search by the first letters of a title, chosen on the screen, or by text.
export function SearchPage({ text }: { text: string }) {
  const [typed, setTyped] = useState(text);
  const [asked, setAsked] = useState(text);
  const tv = useStore(screen).view !== 'phone';
  const input = useRef<HTMLInputElement>(null);
  const own = useRef(text); // the address as it was made here

  // Another address: somebody followed a link, or went back.
  useEffect(() => {
    if (text === own.current) return;
    own.current = text;
    setTyped(text);
  }, [text]);

  useEffect(() => {
    const timer = setTimeout(() => {
      setAsked(typed);
      own.current = typed.trim();
      replace({ page: 'search', text: typed.trim() });
    }, typed === asked ? 0 : SETTLE_MS);
    return () => clearTimeout(timer);
  }, [typed]);

  // Keys of a real keyboard (or a remote's digits) are letters, wherever the focus is.
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const on = event.target as HTMLElement;
      if (on.tagName === 'INPUT' || event.ctrlKey || event.altKey || event.metaKey || document.querySelector('[data-focus-trap]')) return;
      if (/^[a-z0-9]$/i.test(event.key)) setTyped((was) => was + event.key.toLowerCase());
      else if (event.key === 'Backspace' && on.closest('.keypad') && typed) setTyped(typed.slice(0, -1));
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    addEventListener('keydown', pressed, true);
    return () => removeEventListener('keydown', pressed, true);
  }, [typed]);

  useEffect(() => {
    if (!tv && !text) input.current?.focus();
  }, []);

  const [one, two] = paths(asked);
  const first = useAsk<Found>(one ?? null);
  const second = useAsk<Found>(two ?? null);
  const found = merge([first.data, second.data]);

  return (
    <div class="finder">
      <h1 class="visually-hidden">{t('search')}</h1>
      <div class="typing" data-zone="typing">
        <label class="typed">
          <Icon name="search" label={t('search')} />
          <input ref={input} class="input" type="search" value={typed} placeholder={t('typeHere')} aria-label={t('typeHere')}
            autocomplete="off" autocapitalize="off" spellcheck={false} data-key="typed" maxLength={60}
            onInput={(e) => setTyped(e.currentTarget.value)} />
        </label>
        {tv && (
          <div class="keypad" role="group" aria-label={t('keypad')}>
            {KEYS.map((key, i) => (
              <button key={key} type="button" class="key" data-key={`key/${key}`} data-autofocus={i === 0 ? '' : undefined}
                onClick={() => setTyped(typed + key)}>{key.toUpperCase()}</button>
            ))}
            <button type="button" class="key wide" data-key="key/delete" onClick={() => setTyped(typed.slice(0, -1))}>
              <Icon name="delete" /><span>{t('deleteOne')}</span>
            </button>
            <button type="button" class="key wide" data-key="key/clear" onClick={() => setTyped('')}>{t('clear')}</button>
          </div>
        )}
        {tv && <p class="soft hint">{t('initialsHint')}</p>}
      </div>
      <div class="results" aria-live="polite" data-zone="results">
        {!asked.trim() ? <p class="soft start">{t('searchStart')}</p>
          : !found ? <Loading asked={first} />
            : found.lessons.length === 0 ? <Empty icon="search" title={t('foundNone', { text: asked })}>{t('foundNoneMore')}</Empty>
              : (
                <>
                  <p class="soft count">{t('found', { n: found.total })}</p>
                  <div class="grid">
                    {found.lessons.map((card) => <LessonCard key={card.id} card={card} row="found" />)}
                  </div>
                </>
              )}
      </div>
    </div>
  );
}
