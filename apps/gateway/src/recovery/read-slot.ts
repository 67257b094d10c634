import { readFile, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeRecords } from '../journal/record-format.js';
import { parseRecord } from '../journal/records.js';
import { doneFolder, parseSegmentName } from '../journal/segment.js';
import { addRecord, type RequestStates } from './request-state.js';

/** One segment file of a slot and how well it could be read. */
export interface ReadSegment {
  readonly name: string;
  /** Whether something in its middle could not be read: the file is kept for an operator. */
  readonly damaged: boolean;
}

/** What a slot's segments say. */
export interface SlotContent {
  readonly segments: readonly ReadSegment[];
  readonly states: RequestStates;
}

/** Names of a slot's unsettled segments, oldest number first within an epoch. */
export async function segmentNames(folder: string): Promise<string[]> {
  const found: { name: string; epoch: string; number: number }[] = [];
  for (const name of await readdir(folder)) {
    const parsed = parseSegmentName(name);
    if (parsed !== null) found.push({ name, ...parsed });
  }
  found.sort((a, b) => (a.epoch === b.epoch ? a.number - b.number : a.epoch < b.epoch ? -1 : 1));
  return found.map(({ name }) => name);
}

/** Reads segments and merges their records by request. A torn tail is what a kill leaves; anything else is reported. */
export async function readSegments(
  folder: string,
  names: readonly string[],
  onFault: (cause: unknown, what: string) => void,
): Promise<SlotContent> {
  const states: RequestStates = new Map();
  const segments: ReadSegment[] = [];
  for (const name of names) {
    const { texts, state } = decodeRecords(await readFile(join(folder, name)));
    let unreadable = 0;
    for (const text of texts) {
      const record = parseRecord(text);
      if (record === null) unreadable += 1;
      else addRecord(states, record);
    }
    const damaged = state === 'damaged' || unreadable > 0;
    if (damaged) onFault(new Error(`${unreadable} foreign records`), `journal ${name} is damaged`);
    segments.push({ name, damaged });
  }
  return { segments, states };
}

/** Takes settled segments out of the way: to done/, or aside as `.damaged`. */
export async function retireSegments(
  folder: string,
  segments: readonly ReadSegment[],
): Promise<void> {
  for (const { name, damaged } of segments) {
    const target = damaged ? join(folder, `${name}.damaged`) : join(doneFolder(folder), name);
    await rename(join(folder, name), target);
  }
}
