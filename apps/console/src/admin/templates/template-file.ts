import { z } from 'zod';
import { createTemplateBody, page } from '@weir/contracts';

/** Templates in one file, as exported (decisions §9). */
export const templateFile = z.strictObject({
  type: z.literal('expert_template'),
  version: z.literal('1.0'),
  items: z.array(createTemplateBody).max(500),
});
export type TemplateFile = z.infer<typeof templateFile>;

/** `merge` skips names that exist, `replace` overwrites them. */
export const importQuery = z.strictObject({ mode: z.enum(['merge', 'replace']).default('merge') });
export const importResult = z.object({ imported: z.number().int(), skipped: z.number().int() });

/** Accounts that may use a template. */
export const grantPage = page(
  z.object({ account: z.uuid(), name: z.string(), granted_at: z.string() }),
);
