import type { ComponentChildren, InputHTMLAttributes } from 'preact';
import { useRef } from 'preact/hooks';

let made = 0;

interface Props {
  label: string;
  help?: ComponentChildren;
  problem?: string;
  // The control, given the ids it is to carry.
  children: (ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean }) => ComponentChildren;
}

// A control with its label, its help, and what is wrong with what it holds.
export function Field({ label, help, problem, children }: Props) {
  const id = useRef(`field-${made++}`).current;
  const told = help || problem ? `${id}-help` : undefined;
  return (
    <div class={`field ${problem ? 'wrong' : ''}`}>
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': told, 'aria-invalid': problem ? true : undefined })}
      {told && <p class="help" id={told} role={problem ? 'alert' : undefined}>{problem || help}</p>}
    </div>
  );
}

interface InputProps extends Omit<InputHTMLAttributes, 'onInput' | 'label'> {
  label: string;
  help?: ComponentChildren;
  problem?: string;
  list?: string; // id of a datalist
  onText: (text: string) => void;
}

export function TextField({ label, help, problem, onText, ...rest }: InputProps) {
  return (
    <Field label={label} help={help} problem={problem}>
      {(ids) => <input class="input" {...ids} {...(rest as object)} onInput={(e) => onText(e.currentTarget.value)} />}
    </Field>
  );
}
