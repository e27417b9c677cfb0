import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './Icon';

// Nothing to show, and why, and what can be done.
export function Empty({ icon = 'wait', title, children }: { icon?: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h1 class="title">{title}</h1>
      {children && <div class="more">{children}</div>}
    </div>
  );
}
