// Which pages there are, in which order, and for whom.
import type { ComponentType } from 'preact';
import type { Me } from '../lib/api';
import type { IconName } from '../ui/Icon';

// Sections of the menu, in this order.
export const SECTIONS = ['publish', 'records', 'machine'] as const;
export type Section = (typeof SECTIONS)[number];

// `office`: of an office that publishes; `records`: of every office.
export interface PageOf { id: string; icon: IconName; office?: boolean; records?: boolean; section: Section }

export const PAGES = [
  { id: 'published', icon: 'publish', office: true, section: 'publish' },
  { id: 'drafts', icon: 'edit', office: true, section: 'publish' },
  { id: 'list', icon: 'document', office: true, section: 'publish' },
  { id: 'coverage', icon: 'topics', office: true, section: 'publish' },
  { id: 'stations', icon: 'place', office: true, section: 'publish' },
  { id: 'report', icon: 'topics', records: true, section: 'records' },
  { id: 'attention', icon: 'warn', records: true, section: 'records' },
  { id: 'cards', icon: 'save', records: true, section: 'records' },
  { id: 'records', icon: 'arriving', records: true, section: 'records' },
  { id: 'home', icon: 'home', section: 'machine' },
  { id: 'register', icon: 'people', section: 'machine' },
  { id: 'ledger', icon: 'document', section: 'machine' },
  { id: 'arriving', icon: 'arriving', section: 'machine' },
  { id: 'lacking', icon: 'wait', section: 'machine' },
  { id: 'drives', icon: 'drive', section: 'machine' },
  { id: 'storage', icon: 'storage', section: 'machine' },
  { id: 'lessons', icon: 'pin', section: 'machine' },
  { id: 'subscriptions', icon: 'ok', section: 'machine' },
  { id: 'limits', icon: 'speed', section: 'machine' },
  { id: 'neighbours', icon: 'neighbours', section: 'machine' },
  { id: 'trust', icon: 'shield', section: 'machine' },
  { id: 'health', icon: 'health', section: 'machine' },
] as const satisfies readonly PageOf[];

export type PageId = (typeof PAGES)[number]['id'];
export type Component = ComponentType<{ of: string }>;

// An office that publishes comes to its lessons, everybody else to the overview.
export const firstPage = (me: Me): PageId => (me.role === 'office' && me.keys?.publisher ? 'published' : 'home');
export const mine = (me: Me): readonly PageOf[] =>
  (PAGES as readonly PageOf[]).filter((page) => (!page.office && !page.records) || (me.role === 'office' && (!page.office || !!me.keys?.publisher)));
