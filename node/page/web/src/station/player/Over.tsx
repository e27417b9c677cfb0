import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../ui/Button';
import { t } from '../words';

interface Props { title: string; lesson: boolean; onNext: () => void; onStay: () => void; onAgain: () => void; onBack: () => void }

const WAIT_S = 10;

// The film is over: what comes next begins by itself, unless somebody says no.
export function Over({ title, onNext, onStay, onAgain, onBack }: Props) {
  const [left, setLeft] = useState(WAIT_S);
  useEffect(() => {
    if (!title) return;
    if (left <= 0) {
      onNext();
      return;
    }
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left, title]);
  return (
    <div class="over" data-focus-trap>
      <h2>{title ? t('nextIn', { n: left, title }) : t('over')}</h2>
      <p class="actions">
        {title ? (
          <>
            <Button kind="main" icon="next" first onClick={onNext} ref={focusOnce}>{t('playNow')}</Button>
            <Button onClick={() => { onStay(); onBack(); }}>{t('stay')}</Button>
          </>
        ) : <Button kind="main" icon="back" first onClick={onBack} ref={focusOnce}>{t('toLesson')}</Button>}
        <Button icon="play" onClick={onAgain}>{t('again')}</Button>
      </p>
    </div>
  );
}

function focusOnce(e: unknown): void {
  const button = e as HTMLButtonElement | null;
  if (button && !button.closest('[data-focus-trap]')?.contains(document.activeElement)) button.focus();
}
