import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './Icon';

// Nothing to show, and why, and what can be done.
export function Empty({ icon = 'wait', title, children }: { icon?: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p class="title">{title}</p>
      {children && <div class="more">{children}</div>}
    </div>
  );
}
