import qrcode from 'qrcode-generator';
import { useStore } from '../lib/store';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { me } from './live';
import { t } from './words';

// A QR code as one path; dark on white with its quiet zone, whatever the theme.
export function Code({ text }: { text: string }) {
  const code = qrcode(0, 'M');
  code.addData(text, 'Byte');
  code.make();
  const n = code.getModuleCount();
  let path = '';
  for (let y = 0; y < n; y++)
    for (let x = 0; x < n; x++)
      if (code.isDark(y, x)) path += `M${x + 4} ${y + 4}h1v1h-1z`;
  return (
    <svg class="qr" viewBox={`0 0 ${n + 8} ${n + 8}`} role="img" aria-label={t('code', { url: text })} shape-rendering="crispEdges">
      <path class="ground" d={`M0 0h${n + 8}v${n + 8}H0z`} />
      <path d={path} />
    </svg>
  );
}

// What a phone in the room scans to come to `path` of this node.
export function PhoneCode({ title, how, path, onClose }: { title: string; how: string; path: string; onClose: () => void }) {
  const base = useStore(me)?.url ?? '';
  const reachable = /^https?:\/\//.test(base) && !/\/\/(localhost|127\.|\[::1\])/.test(base);
  const url = base.replace(/\/+$/, '') + path;
  return (
    <Dialog title={title} onClose={onClose} class="phone-code">
      {reachable ? (
        <div class="code">
          <Code text={url} />
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
