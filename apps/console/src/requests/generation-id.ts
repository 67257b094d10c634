import { z } from 'zod';

/** `gen_` + UUID, the public name of a request; yields the UUID. The bare UUID is accepted too. */
export const generationId = z
  .string()
  .max(64)
  .transform((text) => text.replace(/^gen_/, ''))
  .pipe(z.uuid());
