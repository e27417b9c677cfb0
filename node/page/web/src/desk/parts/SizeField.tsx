import { Field } from '../../ui/Field';
import type { Amount, Unit } from '../operator/sizes';

export function SizeField({ label, help, problem, value, onValue, k }:
  { label: string; help?: string; problem?: string; value: Amount; onValue: (to: Amount) => void; k: string }) {
  return (
    <Field label={label} help={help} problem={problem}>
      {(ids) => (
        <span class="with-unit">
          <input class="input" {...ids} inputMode="decimal" size={8} maxLength={12} value={value.text} data-key={k}
            onInput={(e) => onValue({ ...value, text: e.currentTarget.value })} />
          <select class="input" aria-label={`${label}: GB, MB, TB`} value={value.unit} data-key={`${k}/unit`}
            onChange={(e) => onValue({ ...value, unit: e.currentTarget.value as Unit })}>
            <option value="M">MB</option><option value="G">GB</option><option value="T">TB</option>
          </select>
        </span>
      )}
    </Field>
  );
}
