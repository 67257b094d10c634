import {
  LucideActivity,
  LucideKeyRound,
  LucideLayoutDashboard,
  type LucideIcon,
} from '@lucide/angular';

/** One entry of the navigation. Only pages that exist are listed. */
export interface NavItem {
  readonly path: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** Second key of the `g …` sequence. */
  readonly key: string;
}

/** Entries that belong together. */
export interface NavGroup {
  readonly label: string;
  readonly items: readonly NavItem[];
}

/** The navigation, in order. */
export const NAVIGATION: readonly NavGroup[] = [
  {
    label: 'Monitor',
    items: [
      { path: '/dashboard', label: 'Overview', icon: LucideLayoutDashboard, key: 'd' },
      { path: '/live', label: 'Live traffic', icon: LucideActivity, key: 'l' },
    ],
  },
  {
    label: 'Build',
    items: [{ path: '/keys', label: 'API keys', icon: LucideKeyRound, key: 'k' }],
  },
];
