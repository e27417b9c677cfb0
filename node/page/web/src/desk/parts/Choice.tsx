// One of several. With a remote control the browser's own list would keep the
// arrows for itself; there a button opens a list of our own.
import { useState } from 'preact/hooks';
import { useStore } from '../../lib/store';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Field } from '../../ui/Field';
import { screen } from '../live';

interface Props { label: string; help?: string; value: string; options: readonly (readonly [value: string, text: string])[]; onValue: (to: string) => void; k: string }

export function Choice({ label, help, value, options, onValue, k }: Props) {
  const tv = useStore(screen).view === 'tv';
  const [open, setOpen] = useState(false);
  const now = options.find(([one]) => one === value)?.[1] ?? value;
  return (
    <>
      <Field label={label} help={help}>
        {(ids) => (tv
          ? <button type="button" class="input choice" {...ids} data-key={k} aria-haspopup="dialog" onClick={() => setOpen(true)}>{now}</button>
          : (
            <select class="input" {...ids} value={value} data-key={k} onChange={(e) => onValue(e.currentTarget.value)}>
              {options.map(([one, text]) => <option key={one} value={one}>{text}</option>)}
            </select>
          ))}
      </Field>
      {open && (
        <Dialog title={label} class="choices" onClose={() => setOpen(false)}>
          {options.map(([one, text]) => (
            <Button key={one} first={one === value} kind={one === value ? 'main' : 'plain'} icon={one === value ? 'ok' : undefined} aria-pressed={one === value}
              onClick={() => { setOpen(false); onValue(one); }}>{text}</Button>
          ))}
        </Dialog>
      )}
    </>
  );
}
