/** A body whose fields were sent: no key is `undefined`. */
export type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Drops the fields that were not sent, so that `undefined` never reaches a column. */
export function defined<T extends object>(body: T): Defined<T> {
  const kept: Defined<T> = {};
  for (const [name, value] of Object.entries(body))
    if (value !== undefined) Reflect.set(kept, name, value);
  return kept;
}
