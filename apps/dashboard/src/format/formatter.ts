import { NANO_PER_UNIT as NANO, parseMoney } from '@weir/units';

/** Where a figure stands: a table cell shows more than a card, a detail shows all of it. */
export type Place = 'cell' | 'card' | 'detail';

/** What a formatter needs to know about its reader. */
export interface FormatterOptions {
  /** BCP-47 tag. */
  readonly locale: string;
  /** ISO-4217 code of the ledger. */
  readonly currency: string;
  /** IANA zone of "local" times. */
  readonly timeZone: string;
}

const UNKNOWN = '—';
const COMPACT = ['', 'k', 'M', 'B', 'T'] as const;

/**
 * Every figure of the dashboard passes through here, so that the same amount reads the same everywhere
 * (rules per kind and place: money ≥ 1, 0.01–1 and below; tokens; durations; rates; times).
 */
export class Formatter {
  private readonly numbers = new Map<string, Intl.NumberFormat>();
  private readonly times = new Map<string, Intl.DateTimeFormat>();

  constructor(private readonly options: FormatterOptions) {}

  /** Money of a decimal string; null is unknown, not zero. */
  money(decimal: string | null | undefined, place: Place = 'cell'): string {
    if (decimal === null || decimal === undefined) return UNKNOWN;
    const nano: bigint = parseMoney(decimal);
    const absolute = nano < 0n ? -nano : nano;
    if (absolute === 0n) return this.currency(decimal, 0, 0);
    if (place === 'detail') return this.currency(decimal, 2, absolute >= NANO / 100n ? 6 : 9);
    if (absolute >= 10_000n * NANO && place === 'card') return this.compactMoney(nano);
    if (absolute >= NANO) return this.currency(decimal, 2, 2);
    if (absolute >= NANO / 100n) {
      return place === 'card' ? this.currency(decimal, 2, 2) : this.currency(decimal, 4, 4);
    }
    if (place === 'card')
      return nano < 0n ? this.currency(decimal, 2, 4) : `<${this.currency('0.01', 2, 2)}`;
    return this.significant(decimal, 3);
  }

  /** What is left: two decimals, rounded down, so that it never says more than there is. */
  balance(decimal: string): string {
    return this.formatDecimal(
      this.numberFormat({
        style: 'currency',
        currency: this.options.currency,
        currencyDisplay: 'narrowSymbol',
        minimumFractionDigits: 2,
        maximumFractionDigits: 2,
        roundingMode: 'floor',
      }),
      decimal,
    );
  }

  /** The decimals that `balance` leaves out, four at most: small costs are seen to move them. */
  balanceRest(decimal: string): string {
    const nano = parseMoney(decimal);
    if (nano < 0n) return '';
    const millionths = ((nano % NANO) / 1000n).toString().padStart(6, '0');
    return millionths.slice(2).replace(/0+$/, '');
  }

  /** A label of a money axis: as short as the value allows. */
  axisMoney(value: number): string {
    if (value >= 10_000) return this.money(String(Math.round(value)), 'card');
    return this.numberFormat({
      style: 'currency',
      currency: this.options.currency,
      currencyDisplay: 'narrowSymbol',
      minimumFractionDigits: 0,
      ...(value >= 1 ? { maximumFractionDigits: 2 } : { maximumSignificantDigits: 2 }),
    }).format(value);
  }

  /** `1 request`, `31,204 requests`. */
  plural(value: number, one: string): string {
    return `${this.count(value)} ${one}${value === 1 ? '' : 's'}`;
  }

  /** The ledger currency's symbol, for input prefixes. */
  symbol(): string {
    return (
      this.numberFormat({
        style: 'currency',
        currency: this.options.currency,
        currencyDisplay: 'narrowSymbol',
      })
        .formatToParts(0)
        .find((part) => part.type === 'currency')?.value ?? this.options.currency
    );
  }

  /** A whole count: `8,170` in a cell, `231k` in a card. */
  count(value: number | null | undefined, place: Place = 'cell'): string {
    if (value === null || value === undefined) return UNKNOWN;
    return place === 'card'
      ? this.compact(value)
      : this.numberFormat({ maximumFractionDigits: 0 }).format(value);
  }

  /** `8,170 tokens`; unknown stays a dash. */
  tokens(value: number | null): string {
    return value === null ? UNKNOWN : `${this.count(value)} tokens`;
  }

  /** `842 ms`, `4.33 s`, `2 m 05 s`, `1 h 02 m`. */
  duration(milliseconds: number | null | undefined): string {
    if (milliseconds === null || milliseconds === undefined) return UNKNOWN;
    if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
    if (milliseconds < 60_000)
      return `${this.fixed(milliseconds / 1000, milliseconds < 10_000 ? 2 : 1)} s`;
    const seconds = Math.floor(milliseconds / 1000);
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return `${minutes} m ${pad(seconds % 60)} s`;
    return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`;
  }

  /** The running timer of a request: `0.4 s`, `12.3 s`, `2 m 05 s`. */
  timer(milliseconds: number): string {
    return milliseconds < 60_000
      ? `${this.fixed(Math.max(0, milliseconds) / 1000, 1)} s`
      : this.duration(milliseconds);
  }

  /** Per-second rate without its unit: `45.3`, `231.5k`. */
  rate(perSecond: number): string {
    return perSecond >= 1000
      ? this.compact(perSecond)
      : this.fixed(perSecond, perSecond > 0 && perSecond < 0.1 ? 2 : 1);
  }

  /** Percent to one decimal, without sign: `8.2`. */
  percent(ratio: number): string {
    return this.fixed(ratio * 100, 1);
  }

  /** `≈ 0.42 g`, `≈ 1.2 kg`. */
  carbon(grams: number | null | undefined): string {
    if (grams === null || grams === undefined) return UNKNOWN;
    return grams >= 1000
      ? `≈ ${this.significantNumber(grams / 1000, 2)} kg`
      : `≈ ${this.significantNumber(grams, 2)} g`;
  }

  /** `14:02:11`, with milliseconds when asked, in the reader's zone or UTC. */
  time(iso: string | number | Date, options: { ms?: boolean; utc?: boolean } = {}): string {
    return this.dateFormat({
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      ...(options.ms ? { fractionalSecondDigits: 3 as const } : {}),
      timeZone: options.utc ? 'UTC' : this.options.timeZone,
    }).format(new Date(iso));
  }

  /** `Nov 21, 14:02:11` in UTC or the reader's zone. */
  dateTime(
    iso: string | number | Date,
    options: { utc?: boolean; seconds?: boolean } = {},
  ): string {
    return this.dateFormat({
      month: 'short',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      ...(options.seconds === false ? {} : { second: '2-digit' as const }),
      hourCycle: 'h23',
      timeZone: options.utc ? 'UTC' : this.options.timeZone,
    }).format(new Date(iso));
  }

  /** A day of the calendar such as `Nov 21` (axis label `MMM DD`), or with its year. */
  day(isoDate: string, withYear = false): string {
    return this.dateFormat({
      month: 'short',
      day: '2-digit',
      ...(withYear ? { year: 'numeric' as const } : {}),
      timeZone: isoDate.length === 10 ? 'UTC' : this.options.timeZone,
    }).format(new Date(isoDate));
  }

  /** `just now`, `5 minutes ago`, `3 days ago`; null = `Never`. */
  ago(iso: string | null, nowMs: number): string {
    if (!iso) return 'Never';
    const seconds = Math.round((nowMs - Date.parse(iso)) / 1000);
    if (seconds < 45) return 'just now';
    const relative = new Intl.RelativeTimeFormat(this.options.locale, { numeric: 'auto' });
    if (seconds < 3600) return relative.format(-Math.round(seconds / 60), 'minute');
    if (seconds < 86_400) return relative.format(-Math.round(seconds / 3600), 'hour');
    return relative.format(-Math.round(seconds / 86_400), 'day');
  }

  private currency(decimal: string, least: number, most: number): string {
    return this.formatDecimal(
      this.numberFormat({
        style: 'currency',
        currency: this.options.currency,
        currencyDisplay: 'narrowSymbol',
        minimumFractionDigits: least,
        maximumFractionDigits: most,
      }),
      decimal,
    );
  }

  private significant(decimal: string, digits: number): string {
    return this.formatDecimal(
      this.numberFormat({
        style: 'currency',
        currency: this.options.currency,
        currencyDisplay: 'narrowSymbol',
        minimumSignificantDigits: digits,
        maximumSignificantDigits: digits,
      }),
      decimal,
    );
  }

  /** Decimal strings go to Intl as strings: it keeps every digit where a number would round first. */
  private formatDecimal(format: Intl.NumberFormat, decimal: string): string {
    return format.format(decimal as `${number}`);
  }

  private compactMoney(nano: bigint): string {
    const whole = Number(nano / NANO);
    const { value, suffix } = shorten(whole);
    return `${this.currency(String(value), 2, 2)}${suffix}`;
  }

  private compact(value: number): string {
    if (Math.abs(value) < 10_000)
      return this.numberFormat({ maximumFractionDigits: 0 }).format(value);
    const { value: short, suffix } = shorten(value);
    return `${this.significantNumber(short, 4)}${suffix}`;
  }

  private significantNumber(value: number, digits: number): string {
    return this.numberFormat({ maximumSignificantDigits: digits }).format(value);
  }

  private fixed(value: number, digits: number): string {
    return this.numberFormat({
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(value);
  }

  private numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
    const id = JSON.stringify(options);
    const known = this.numbers.get(id) ?? new Intl.NumberFormat(this.options.locale, options);
    this.numbers.set(id, known);
    return known;
  }

  private dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const id = JSON.stringify(options);
    const known = this.times.get(id) ?? new Intl.DateTimeFormat(this.options.locale, options);
    this.times.set(id, known);
    return known;
  }
}

/** The first language that `Intl` knows; some systems report tags such as `en-US@posix`. */
export function readersLocale(languages: readonly string[]): string {
  for (const language of languages) {
    try {
      return Intl.getCanonicalLocales(language)[0] ?? 'en';
    } catch {
      // Not a language tag: the next one may be.
    }
  }
  return 'en';
}

function shorten(value: number): { value: number; suffix: string } {
  let power = 0;
  let short = value;
  while (Math.abs(short) >= 1000 && power < COMPACT.length - 1) {
    short /= 1000;
    power += 1;
  }
  return { value: Math.round(short * 100) / 100, suffix: COMPACT[power] ?? '' };
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
