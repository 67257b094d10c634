/**
 * FOCUS 1.2 (FinOps Open Cost and Usage Specification): one row per UTC day, key, model and token class. Costs are
 * exact sums of receipt lines; what a receipt cannot explain stands in rows of its own, so that the file's total is
 * the account's total.
 */
import { formatMoney, nano } from '@weir/units';
import { csvLine, textCell, valueCell, type CsvValue } from './csv.js';

/** Whose bill it is. */
export interface FocusAccount {
  readonly id: string;
  readonly name: string;
  readonly currency: string;
}

/** One line of one request's receipt. */
export interface FocusLine {
  /** UTC day, `YYYY-MM-DD`. */
  readonly day: string;
  readonly keyId: string;
  readonly keyName: string;
  readonly model: string;
  readonly provider: string;
  readonly region: string;
  readonly template: string;
  readonly priceVersion: string;
  /** `input`, `cache_read`, `cache_write_5m`, `cache_write_1h`, `output`, `request` or `adjustment`. */
  readonly tokenClass: string;
  readonly tokens: number;
  readonly costNano: bigint;
}

interface Sum {
  readonly line: FocusLine;
  tokens: number;
  costNano: bigint;
}

const DAY_MS = 86_400_000;
const SERVICE = 'AI and Machine Learning';

type Column = readonly [
  name: string,
  value: (sum: Sum, account: FocusAccount) => CsvValue,
  kind?: 'text',
];

const cost = ({ costNano }: Sum): string => formatMoney(nano(costNano));
const tokensOf =
  (...classes: string[]) =>
  ({ line, tokens }: Sum): number | null =>
    classes.includes(line.tokenClass) ? tokens : null;
const isCounted = ({ line }: Sum): boolean => line.tokenClass !== 'adjustment';
const unitOf = (sum: Sum): string | null =>
  isCounted(sum) ? (sum.line.tokenClass === 'request' ? 'Requests' : 'Tokens') : null;

const COLUMNS: readonly Column[] = [
  ['BilledCost', cost],
  ['BillingAccountId', (_, account) => account.id],
  ['BillingAccountName', (_, account) => account.name, 'text'],
  ['BillingCurrency', (_, account) => account.currency],
  ['BillingPeriodStart', ({ line }) => `${line.day.slice(0, 7)}-01T00:00:00Z`],
  ['BillingPeriodEnd', ({ line }) => monthAfter(line.day)],
  ['ChargeCategory', (sum) => (isCounted(sum) ? 'Usage' : 'Adjustment')],
  ['ChargeClass', () => null],
  [
    'ChargeDescription',
    ({ line }) => `${line.model} ${line.tokenClass.replaceAll('_', ' ')}`,
    'text',
  ],
  ['ChargeFrequency', () => 'Usage-Based'],
  ['ChargePeriodStart', ({ line }) => `${line.day}T00:00:00Z`],
  ['ChargePeriodEnd', ({ line }) => dayAfter(line.day)],
  ['ContractedCost', cost],
  ['EffectiveCost', cost],
  ['InvoiceIssuerName', () => 'Weir'],
  ['ListCost', cost],
  ['PricingQuantity', (sum) => (isCounted(sum) ? sum.tokens : null)],
  ['PricingUnit', unitOf],
  ['ProviderName', ({ line }) => line.provider, 'text'],
  ['PublisherName', ({ line }) => line.provider, 'text'],
  ['ServiceCategory', () => SERVICE],
  ['ServiceName', ({ line }) => line.model, 'text'],
  ['SkuId', ({ line }) => `${line.model}/${line.tokenClass}`, 'text'],
  ['SkuPriceId', ({ line }) => line.priceVersion, 'text'],
  ['ConsumedQuantity', (sum) => (isCounted(sum) ? sum.tokens : null)],
  ['ConsumedUnit', unitOf],
  ['SubAccountId', ({ line }) => line.keyId],
  ['SubAccountName', ({ line }) => line.keyName, 'text'],
  ['ResourceId', ({ line }) => line.keyId],
  ['RegionId', ({ line }) => line.region, 'text'],
  [
    'Tags',
    ({ line }) => (line.template === '' ? '{}' : JSON.stringify({ template: line.template })),
  ],
  ['x_InputTokens', tokensOf('input', 'cache_write_5m', 'cache_write_1h')],
  ['x_OutputTokens', tokensOf('output')],
  ['x_CacheReadTokens', tokensOf('cache_read')],
  ['x_Model', ({ line }) => line.model, 'text'],
  ['x_Template', ({ line }) => line.template, 'text'],
  ['x_CarbonGrams', () => null],
];

/** Sums receipt lines into a FOCUS file. Memory grows with days × keys × models, not with requests. */
export class FocusReport {
  readonly #account: FocusAccount;
  readonly #sums = new Map<string, Sum>();

  constructor(account: FocusAccount) {
    this.#account = account;
  }

  add(line: FocusLine): void {
    const { day, keyId, model, provider, region, template, priceVersion, tokenClass } = line;
    const name = JSON.stringify([
      day,
      keyId,
      model,
      provider,
      region,
      template,
      priceVersion,
      tokenClass,
    ]);
    let sum = this.#sums.get(name);
    if (sum === undefined) {
      sum = { line, tokens: 0, costNano: 0n };
      this.#sums.set(name, sum);
    }
    sum.tokens += line.tokens;
    sum.costNano += line.costNano;
  }

  /** The file, line by line, in the order of the days. */
  *lines(): Generator<string> {
    yield csvLine(COLUMNS.map(([name]) => name));
    const sums = [...this.#sums.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [, sum] of sums) {
      yield csvLine(
        COLUMNS.map(([, value, kind]) => {
          const cell = value(sum, this.#account);
          return kind === 'text' ? textCell(cell) : valueCell(cell);
        }),
      );
    }
  }
}

function dayAfter(day: string): string {
  return isoSeconds(Date.parse(`${day}T00:00:00Z`) + DAY_MS);
}

function monthAfter(day: string): string {
  const [year = '', month = ''] = day.split('-');
  return isoSeconds(Date.UTC(Number(year), Number(month), 1));
}

/** `2026-11-22T00:00:00Z`: FOCUS has no fractions of seconds. */
function isoSeconds(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}
