/** A value of a statement's parameter. Text never becomes part of a statement (E-Q1). */
export type ConditionValue = string | number;

/** Conditions on `request q` with their values; every value is a parameter. */
export interface RequestConditions {
  readonly sql: string[];
  readonly values: ConditionValue[];
}

/** What narrows a list of requests. `from` and `to` are ISO instants, `to` exclusive. */
export interface RequestFilters {
  readonly from: string;
  readonly to: string;
  readonly model?: string | undefined;
  readonly key?: string | undefined;
  /** `ok`, `error`, an HTTP status or class such as `5xx`, or a code. */
  readonly status?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly mode?: string | undefined;
  readonly provider?: string | undefined;
  /** Text to look for in names and ids. */
  readonly q?: string | undefined;
}

type Add = (condition: (parameter: string) => string, value: ConditionValue) => void;

/** The filters as conditions on `request q`. `account` null = all accounts (operators). Sub-calls are left out. */
export function requestConditions(
  filters: RequestFilters,
  account: string | null,
): RequestConditions {
  const sql: string[] = [];
  const values: ConditionValue[] = [];
  const add: Add = (condition, value) => {
    values.push(value);
    sql.push(condition(`$${values.length}`));
  };
  if (account !== null) add((p) => `q.account = ${p}`, account);
  add((p) => `q.accepted_at >= ${p}`, filters.from);
  add((p) => `q.accepted_at < ${p}`, filters.to);
  sql.push('q.parent IS NULL');
  if (filters.model !== undefined) add((p) => `q.model = ${p}`, filters.model);
  if (filters.endpoint !== undefined) add((p) => `q.endpoint = ${p}`, filters.endpoint);
  if (filters.mode !== undefined) add((p) => `q.mode = ${p}`, filters.mode);
  if (filters.provider !== undefined) add((p) => `q.provider = ${p}`, filters.provider);
  if (filters.key !== undefined) add((p) => `q.key::text = ${p}`, filters.key.toLowerCase());
  if (filters.status !== undefined) addStatus(filters.status, sql, add);
  if (filters.q !== undefined)
    add(
      (p) =>
        `(q.model ILIKE ${p} OR q.requested_model ILIKE ${p} OR q.provider ILIKE ${p} OR q.status ILIKE ${p}
          OR q.correlation_id ILIKE ${p} OR q.id::text ILIKE ${p} OR q.user_agent ILIKE ${p})`,
      `%${escapeLike(filters.q.replace(/^gen_/, ''))}%`,
    );
  return { sql, values };
}

function addStatus(status: string, sql: string[], add: Add): void {
  if (status === 'error') sql.push(`q.status <> 'ok'`);
  else if (/^[1-5]xx$/.test(status))
    add((p) => `q.http_status / 100 = ${p}::int`, Number(status[0]));
  else if (/^\d{3}$/.test(status)) add((p) => `q.http_status = ${p}::int`, Number(status));
  else add((p) => `q.status = ${p}`, status);
}

/** Text that LIKE takes literally. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (c) => `\\${c}`);
