/**
 * The price catalogue that ships inside the package `@pydantic/genai-prices` (MIT, Pydantic Services Inc.): public
 * list prices in USD, one entry a provider. It is read from the installed package; nothing is fetched.
 */
import { readFileSync } from 'node:fs';
import { findProvider, waitForUpdate, type ModelInfo, type Provider } from '@pydantic/genai-prices';
import { z } from 'zod';
import { capabilitiesOf, hidesOutput, kindOf, outputCapOf, unsuitable } from './model-facts.js';
import type { PlannedModel, SkippedModel } from './planned.types.js';
import { planVersions } from './price-plan.js';

const PACKAGE = '@pydantic/genai-prices';
/** Lists every model it ever had; those without a context window are no longer offered. */
const KEEPS_OLD_MODELS: ReadonlySet<string> = new Set(['openrouter']);
const MODEL_ID = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}$/;
const manifest = z.object({ version: z.string() });

/** What a provider's catalogue has for us. */
export interface CataloguePlan {
  readonly models: readonly PlannedModel[];
  readonly skipped: readonly SkippedModel[];
}

/** The package with its version, as price versions name their source. */
export function catalogueSource(): string {
  const url = new URL('../package.json', import.meta.resolve(PACKAGE));
  return `${PACKAGE} ${manifest.parse(JSON.parse(readFileSync(url, 'utf8'))).version}`;
}

/** The catalogue's entry of a provider: by its name there, else by its address. */
export function findCatalogue(question: {
  readonly name?: string | undefined;
  readonly baseUrl: string;
}): Provider | undefined {
  const { name, baseUrl } = question;
  return findProvider(name === undefined ? { providerApiUrl: baseUrl } : { providerId: name });
}

/** Names of all entries, for a message that helps. Without an update running this is the embedded data. */
export async function catalogueNames(): Promise<string[]> {
  return ((await waitForUpdate()) ?? []).map((provider) => provider.id);
}

/**
 * The models of a catalogue with their prices in nano of the ledger currency. `rateNano`: nano of the ledger
 * currency per USD. `only`: these models, deprecated ones included; null = all that are offered.
 */
export function planCatalogue(
  provider: Pick<Provider, 'id' | 'models'>,
  { now, rateNano, only }: { now: Date; rateNano: bigint; only: ReadonlySet<string> | null },
): CataloguePlan {
  const models: PlannedModel[] = [];
  const skipped: SkippedModel[] = [];
  for (const info of provider.models) {
    for (const name of namesOf(info)) {
      if (only !== null && !only.has(name)) continue;
      const reason = only === null ? notOffered(provider.id, info) : null;
      const versions = planVersions(info.prices, now, rateNano);
      const problem =
        reason ?? unsuitable(name) ?? (versions === null ? 'no price by tokens' : null);
      if (problem !== null || versions === null) {
        skipped.push({ model: name, reason: problem ?? 'no price by tokens' });
        continue;
      }
      models.push(plannedModel(info, name, versions));
    }
  }
  return { models, skipped };
}

function plannedModel(
  info: ModelInfo,
  name: string,
  versions: PlannedModel['versions'],
): PlannedModel {
  return {
    id: name,
    upstreamModel: name,
    name: name === info.id ? (info.name ?? name) : `${info.name ?? info.id} (${name})`,
    description: info.description ?? '',
    kind: kindOf(name),
    contextTokens: info.context_window ?? null,
    outputTokensMax: outputCapOf(name),
    hiddenOutput: hidesOutput(name),
    capabilities: capabilitiesOf(name),
    versions,
  };
}

function notOffered(provider: string, info: ModelInfo): string | null {
  if (info.deprecated === true) return 'deprecated';
  const old = KEEPS_OLD_MODELS.has(provider) && info.context_window === undefined;
  return old ? 'no longer offered' : null;
}

/** The model's id, and the snapshots of it that the catalogue names whole. */
function namesOf({ id, match }: ModelInfo): string[] {
  const names = new Set([id]);
  const alternatives = 'or' in match ? match.or : [match];
  for (const one of alternatives) {
    if ('equals' in one && one.equals.startsWith(`${id}-`)) names.add(one.equals);
  }
  return [...names].filter((name) => MODEL_ID.test(name));
}
