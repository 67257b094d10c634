import { randomUUID } from 'node:crypto';
import type { MoneyFunctions } from '@weir/data';
import { lockOrphanSlots, type Slot } from '../journal/slot.js';
import { segmentNames } from './read-slot.js';
import { recoverSlot, type Recovered, type RecoverInput } from './recover-slot.js';

/** What the recovery of other slots needs. */
export interface RecoverOrphansInput {
  readonly root: string;
  readonly host: string;
  readonly money: Pick<MoneyFunctions, 'epochOpen' | 'epochClose'>;
  readonly onRecovered: (recovered: Recovered) => void;
  readonly recovery: Omit<RecoverInput, 'folder' | 'names' | 'olderEpochs' | 'keepAlive'>;
}

/** Recovers the slots of processes that are gone and whose place nobody took: fewer processes after a restart. */
export async function recoverOrphans(input: RecoverOrphansInput): Promise<void> {
  for (const slot of lockOrphanSlots(input.root)) {
    try {
      const names = await segmentNames(slot.folder);
      // A slot without segments was shut down in order, its epochs closed.
      if (names.length > 0 && !input.recovery.cancelled()) await recoverOrphan(input, slot, names);
    } catch (error) {
      // Looked at again in a minute, by us or by whoever locks it first.
      input.recovery.onFault(error, `slot ${slot.name} could not be recovered`);
    } finally {
      slot.unlock();
    }
  }
}

async function recoverOrphan(
  input: RecoverOrphansInput,
  slot: Slot,
  names: readonly string[],
): Promise<void> {
  // An epoch of our own for that journal names the older ones and keeps them alive; it holds nothing.
  const id = randomUUID();
  const open = (): ReturnType<MoneyFunctions['epochOpen']> =>
    input.money.epochOpen({ id, journal: slot.journalId, slot: slot.name, host: input.host });
  const { olderEpochs } = await open();
  const recovered = await recoverSlot({
    ...input.recovery,
    folder: slot.folder,
    names,
    olderEpochs: [...olderEpochs, id],
    keepAlive: async () => {
      await open();
    },
  });
  input.onRecovered(recovered);
}
