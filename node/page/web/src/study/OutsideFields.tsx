// Material that is not of the catalog: entered by hand, and marked so.
import { Button } from '../ui/Button';
import { TextField } from '../ui/Field';
import { OUTSIDE, TITLE_BYTES, utf8, type Outside } from './api';
import { t } from './words';

export interface Typed { kind: Outside['kind']; title: string; minutes: string }

export const typed = (of?: Outside | null): Typed => ({ kind: of?.kind ?? 'satellite', title: of?.title ?? '', minutes: of ? String(of.minutes) : '' });

export function problems({ title, minutes }: Typed): { title?: string; minutes?: string } {
  const n = Number(minutes);
  return {
    ...(!title.trim() ? { title: t('needTitle') } : utf8(title.trim()) > TITLE_BYTES ? { title: t('tooLong') } : {}),
    ...(/^\d+$/.test(minutes.trim()) && n >= 1 && n <= 1440 ? {} : { minutes: t('needMinutes') }),
  };
}

export const outsideOf = ({ kind, title, minutes }: Typed): Outside => ({ kind, title: title.trim(), minutes: Number(minutes) });

export function OutsideFields({ value, onValue, tried }: { value: Typed; onValue: (to: Typed) => void; tried: boolean }) {
  const wrong = tried ? problems(value) : {};
  return (
    <div class="outside-fields">
      <p class="soft">{t('outsideHelp')}</p>
      <p class="actions" role="group" aria-label={t('outsideKind')}>
        {OUTSIDE.map((kind) => (
          <Button key={kind} data-key={`outside/${kind}`} aria-pressed={kind === value.kind} class={kind === value.kind ? 'chosen' : ''}
            icon={kind === value.kind ? 'ok' : undefined} onClick={() => onValue({ ...value, kind })}>{t(kind)}</Button>
        ))}
      </p>
      <TextField label={t('outsideTitle')} value={value.title} problem={wrong.title} maxLength={100} data-key="outside/title"
        onText={(title) => onValue({ ...value, title })} />
      <TextField label={t('outsideMinutes')} value={value.minutes} problem={wrong.minutes} inputMode="numeric" maxLength={4} data-key="outside/minutes"
        onText={(minutes) => onValue({ ...value, minutes })} />
    </div>
  );
}
