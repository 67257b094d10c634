import type { EpochBeat } from '../epoch-beat.js';
import type { LeaseBook } from '../lease-book.js';
import type { LeaseDesk } from '../lease-desk.js';
import type { SettleRow } from './model-database.js';
import type { ModelRequest } from './model-request.js';

export interface ModelEpoch {
  readonly id: string;
  readonly book: LeaseBook;
  readonly beat: EpochBeat;
  readonly desk: LeaseDesk;
  opened: boolean;
  draining: boolean;
  returning: boolean;
}

export interface Batch {
  readonly rows: SettleRow[];
  readonly requests: ModelRequest[];
  sentAt: number;
  sendings: number;
}

/** What a kill -9 destroys. */
export class GatewayMemory {
  current: ModelEpoch | null = null;
  epochs: ModelEpoch[] = [];
  ready = false;
  closing = false;
  down = false;
  keyCapped = false;
  asking = false;
  batchNumber = 0;
  readonly requests = new Map<number, ModelRequest>();
  readonly batches = new Map<string, Batch>();
  ended: ModelRequest[] = [];
}
