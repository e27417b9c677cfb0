import { useStore } from '../../lib/store';
import { Field } from '../../ui/Field';
import { screen } from '../live';
import type { Amount, Unit } from '../operator/sizes';

const UNITS: Unit[] = ['M', 'G', 'T'];

export function SizeField({ label, help, problem, value, onValue, k }:
  { label: string; help?: string; problem?: string; value: Amount; onValue: (to: Amount) => void; k: string }) {
  const tv = useStore(screen).view === 'tv';
  return (
    <Field label={label} help={help} problem={problem}>
      {(ids) => (
        <span class="with-unit">
          <input class="input" {...ids} inputMode="decimal" size={8} maxLength={12} value={value.text} data-key={k}
            onInput={(e) => onValue({ ...value, text: e.currentTarget.value })} />
          {tv ? (
            <button type="button" class="input choice" data-key={`${k}/unit`} aria-label={`${label}: ${value.unit}B`}
              onClick={() => onValue({ ...value, unit: UNITS[(UNITS.indexOf(value.unit) + 1) % UNITS.length]! })}>{value.unit}B</button>
          ) : <select class="input" aria-label={`${label}: GB, MB, TB`} value={value.unit} data-key={`${k}/unit`}
            onChange={(e) => onValue({ ...value, unit: e.currentTarget.value as Unit })}>
            <option value="M">MB</option><option value="G">GB</option><option value="T">TB</option>
          </select>}
        </span>
      )}
    </Field>
  );
}
