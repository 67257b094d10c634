import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PgBus } from '@weir/platform';
import { z } from 'zod';
import { SETTINGS, type ConsoleSettings } from '../settings.js';

const accounts = z.object({ a: z.array(z.uuid()) });

/** The console's LISTEN connection: hints that accounts have new events, and orders to the gateways. */
@Injectable()
export class LiveBus implements OnApplicationShutdown {
  private readonly bus: PgBus;

  constructor(@Inject(SETTINGS) settings: ConsoleSettings) {
    this.bus = new PgBus({ databaseUrl: settings.databaseUrl, process: 'console' });
  }

  /** Connects and calls back with accounts that have news; `missed` when messages may have been lost. */
  async start(onAccounts: (accountIds: string[]) => void, missed: () => void): Promise<void> {
    await this.bus.subscribe('weir_live', (payload) => {
      const parsed = accounts.safeParse(payload);
      if (parsed.success) onAccounts(parsed.data.a);
    });
    this.bus.on('reconnected', missed);
    await this.bus.start();
  }

  /** Asks every gateway to end a request; the one that runs it does. */
  kill(requestId: string): void {
    this.bus.notify('weir_kill', { id: requestId });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.bus.close();
  }
}
