import type { ButtonHTMLAttributes, ComponentChildren } from 'preact';
import { Icon, type IconName } from './Icon';

interface Props extends Omit<ButtonHTMLAttributes, 'icon' | 'disabled' | 'class' | 'type'> {
  icon?: IconName;
  kind?: 'main' | 'plain' | 'quiet' | 'danger';
  busy?: boolean;
  disabled?: boolean;
  type?: 'button' | 'submit';
  class?: string;
  first?: boolean; // where the focus goes when its group is entered
  children?: ComponentChildren;
}

// A button says what it does in words; an icon stands beside them. While it is
// busy it does nothing, and keeps the focus.
export function Button({ icon, kind = 'plain', busy, first, children, type = 'button', disabled, class: name, onClick, ...rest }: Props) {
  return (
    <button type={type} class={`button ${kind} ${name ?? ''}`} disabled={disabled} aria-busy={busy || undefined} aria-disabled={busy || undefined}
      data-first={first ? '' : undefined} {...rest} onClick={busy ? (e) => e.preventDefault() : onClick}>
      {icon && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
    </button>
  );
}
