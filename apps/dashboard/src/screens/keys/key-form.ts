import type { CreateKeyBody } from '@weir/contracts';

/** What the form holds: text as typed. */
export interface KeyDraft {
  label: string;
  expires: string;
  expiresOn: string;
  spendCap: string;
  dailyCap: string;
  monthlyCap: string;
  requestsPerMinute: string;
  tokensPerMinute: string;
  models: string;
  ipAllow: string;
  ipDeny: string;
}

/** An empty form. */
export const EMPTY_DRAFT: KeyDraft = {
  label: '',
  expires: 'never',
  expiresOn: '',
  spendCap: '',
  dailyCap: '',
  monthlyCap: '',
  requestsPerMinute: '',
  tokensPerMinute: '',
  models: '',
  ipAllow: '',
  ipDeny: '',
};

const DAY_MS = 86_400_000;
const MONEY = /^\d{1,9}(\.\d{1,9})?$/;

/** Whether the text is an amount, or empty. */
export function isAmount(text: string): boolean {
  return text.trim() === '' || MONEY.test(text.trim());
}

/** Whether the text is a whole number from 1, or empty. */
export function isCount(text: string): boolean {
  return text.trim() === '' || /^[1-9]\d{0,8}$/.test(text.trim());
}

/** Entries separated by spaces, commas or lines. */
export function entriesOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((entry) => entry !== '');
}

/** The first entry that is no IP address or range in CIDR notation; null = all are. */
export function firstBadRange(text: string): string | null {
  return entriesOf(text).find((entry) => !isRange(entry)) ?? null;
}

function isRange(entry: string): boolean {
  const [address = '', bits, ...more] = entry.split('/');
  if (more.length > 0) return false;
  const six = address.includes(':');
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > (six ? 128 : 32)))
    return false;
  return six ? isV6(address) : isV4(address);
}

function isV4(address: string): boolean {
  const parts = address.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

function isV6(address: string): boolean {
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const complete = halves.length === 2 ? groups.length < 8 : groups.length === 8;
  return complete && groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group));
}

/** What is sent: only what was filled in. `nowMs` counts expiry presets. */
export function bodyOf(draft: KeyDraft, nowMs: number): CreateKeyBody {
  const body: CreateKeyBody = { label: draft.label.trim() };
  const expires = expiryOf(draft, nowMs);
  if (expires !== undefined) body.expires_at = expires;
  if (draft.spendCap.trim() !== '') body.spend_cap = draft.spendCap.trim();
  if (draft.dailyCap.trim() !== '') body.spend_cap_daily = draft.dailyCap.trim();
  if (draft.monthlyCap.trim() !== '') body.spend_cap_monthly = draft.monthlyCap.trim();
  if (draft.requestsPerMinute.trim() !== '')
    body.requests_per_minute = Number(draft.requestsPerMinute);
  if (draft.tokensPerMinute.trim() !== '') body.tokens_per_minute = Number(draft.tokensPerMinute);
  if (entriesOf(draft.models).length > 0) body.allowed_models = entriesOf(draft.models);
  if (entriesOf(draft.ipAllow).length > 0) body.ip_allow = entriesOf(draft.ipAllow);
  if (entriesOf(draft.ipDeny).length > 0) body.ip_deny = entriesOf(draft.ipDeny);
  return body;
}

function expiryOf(draft: KeyDraft, nowMs: number): string | undefined {
  if (draft.expires === 'never') return undefined;
  if (draft.expires === 'date') {
    return draft.expiresOn === ''
      ? undefined
      : new Date(`${draft.expiresOn}T23:59:59`).toISOString();
  }
  return new Date(nowMs + Number(draft.expires) * DAY_MS).toISOString();
}
