import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './Icon';

export interface Tab { id: string; label: string; icon?: IconName; badge?: ComponentChildren }

// Pages side by side, as links, so that Back and reload come to the same one.
export function Tabs({ tabs, now, href, label }: { tabs: Tab[]; now: string; href: (id: string) => string; label: string }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.id} href={href(tab.id)} aria-current={tab.id === now ? 'page' : undefined}>
          {tab.icon && <Icon name={tab.icon} />}
          <span>{tab.label}</span>
          {tab.badge !== undefined && tab.badge !== null && <span class="badge">{tab.badge}</span>}
        </a>
      ))}
    </nav>
  );
}
