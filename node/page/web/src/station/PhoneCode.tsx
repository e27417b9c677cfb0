import { useStore } from '../lib/store';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { QrCode } from '../ui/QrCode';
import { me } from './live';
import { t } from './words';

// What a phone in the room scans to come to `path` of this node.
export function PhoneCode({ title, how, path, onClose }: { title: string; how: string; path: string; onClose: () => void }) {
  const base = useStore(me)?.url ?? '';
  const reachable = /^https?:\/\//.test(base) && !/\/\/(localhost|127\.|\[::1\])/.test(base);
  const url = base.replace(/\/+$/, '') + path;
  return (
    <Dialog title={title} onClose={onClose} class="phone-code">
      {reachable ? (
        <div class="code">
          <QrCode text={url} label={t('code', { url })} />
          <div>
            <p>{how}</p>
            <p class="soft">{t('phoneType')}</p>
            <p class="address">{base.replace(/^http:\/\//, '').replace(/\/+$/, '')}</p>
          </div>
        </div>
      ) : <p>{t('phoneNone')}</p>}
      <p class="actions"><Button kind="main" first onClick={onClose}>{t('close')}</Button></p>
    </Dialog>
  );
}
