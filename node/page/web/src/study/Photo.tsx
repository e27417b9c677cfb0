// The photo of a study, from a phone's camera.
import { useState } from 'preact/hooks';
import { Icon } from '../ui/Icon';
import { toast } from '../ui/Toast';
import { photo, type Study } from './api';
import { small } from './smaller';
import { useDo } from './useDo';
import { t } from './words';

export function Photo({ study, onSent }: { study: Study; onSent: () => void }) {
  const [busy, act] = useDo();
  const [sent, setSent] = useState(false);
  const take = async (file: File | undefined) => {
    if (!file) return;
    const made = await small(file).catch(() => null);
    if (!made) {
      toast(t('photoBad'), 'bad');
      return;
    }
    if (await act(() => photo(study.id, made), t('photoSent'))) {
      setSent(true);
      onSent();
    }
  };
  const has = sent || study.photo;
  return (
    <div class="photo-of">
      <p>{has && <Icon name="ok" />} {has ? t('photoHas') : t('photoNone')}</p>
      <label class={`button ${busy ? 'busy' : ''}`}>
        <Icon name="picture" /><span>{has ? t('photoAgain') : t('photoTake')}</span>
        <input class="visually-hidden" type="file" accept="image/*" capture="environment" data-key="photo" disabled={busy}
          onChange={(e) => {
            const input = e.currentTarget;
            void take(input.files?.[0]).then(() => { input.value = ''; });
          }} />
      </label>
      <p class="soft">{t('photoHelp')}</p>
    </div>
  );
}
