import { NANO_PER_UNIT } from '@weir/units';

/** One of the demo's users, and what makes it worth watching. */
export interface DemoRole {
  readonly email: string;
  readonly name: string;
  /** Credit after each preparation, nano. */
  readonly creditNano: bigint;
  /** Topped up below this, nano. */
  readonly floorNano: bigint;
  /** Effective tokens that it may still use today, counted anew at each preparation; null = no limit. */
  readonly tokensLeftToday: bigint | null;
}

const NAMES = [
  'Ada',
  'Blaise',
  'Clara',
  'Dmitri',
  'Edith',
  'Farid',
  'Grace',
  'Hiro',
  'Ines',
  'Jonas',
];
/** What the applications behind the first users' keys are called; further ones repeat. */
const APPLICATIONS = ['webapp-prod', 'ci-pipeline', 'support-bot', 'batch-nightly', 'laptop'];
/** Label of the key on the watching admin's own account. */
const WATCHER = 'Demo traffic';
/** Credit that lasts for hours of the demo, for whoever is not short of it on purpose. */
export const AMPLE = { creditNano: 25n * NANO_PER_UNIT, floorNano: 5n * NANO_PER_UNIT } as const;
/** Gone after some dozens of requests. */
const SCANT_NANO = NANO_PER_UNIT / 50n;
/** A few minutes of requests: 50 %, 80 % and 100 % are seen to be crossed. */
const DAILY_TOKENS = 40_000n;

/**
 * The first `users` of the cast. The second has a daily token budget that it will use up, the third has next to no
 * credit; everybody else has plenty.
 */
export function castOf(users: number): DemoRole[] {
  return Array.from({ length: users }, (_, i) => {
    const lap = Math.floor(i / NAMES.length);
    const name = `${NAMES[i % NAMES.length] ?? 'Ada'}${lap === 0 ? '' : String(lap + 1)}`;
    const credit = i === 2 ? { creditNano: SCANT_NANO, floorNano: SCANT_NANO } : AMPLE;
    const tokensLeftToday = i === 1 ? DAILY_TOKENS : null;
    return { email: `demo-${name.toLowerCase()}@weir.local`, name, ...credit, tokensLeftToday };
  });
}

/** The label of a demo user's key, by its name; the admin is none of the cast. */
export function keyLabelOf(name: string): string {
  const at = NAMES.findIndex((one) => name.startsWith(one));
  return at < 0 ? WATCHER : (APPLICATIONS[at % APPLICATIONS.length] ?? WATCHER);
}
