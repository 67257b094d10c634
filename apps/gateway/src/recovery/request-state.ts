/**
 * What the records of one request say together: the last of each sort wins, whatever segment it lies in.
 */
import type { BeginEntry, EndEntry, JournalRecord, ProgressEntry } from '../journal/records.js';

/** Everything a journal knows of one request. */
export interface RequestState {
  begin: BeginEntry | null;
  progress: ProgressEntry | null;
  end: EndEntry | null;
  void: boolean;
  /** Index of the candidate that was tried last. */
  candidate: number;
}

/** Requests by id, in the order in which they were first met. */
export type RequestStates = Map<string, RequestState>;

/** Adds one record to the picture. */
export function addRecord(states: RequestStates, record: JournalRecord): void {
  if (record.t === 'open') return;
  let state = states.get(record.id);
  if (state === undefined) {
    state = { begin: null, progress: null, end: null, void: false, candidate: 0 };
    states.set(record.id, state);
  }
  switch (record.t) {
    case 'begin':
      state.begin = record;
      break;
    case 'attempt':
      state.candidate = record.candidate;
      break;
    case 'progress':
      // Usage only grows; segments of two epochs may be read out of order.
      if ((state.progress?.usage.output ?? 0) <= record.usage.output) state.progress = record;
      break;
    case 'end':
      state.end = record;
      break;
    case 'void':
      state.void = true;
      break;
  }
}
