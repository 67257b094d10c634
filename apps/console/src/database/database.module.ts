import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { createDataSource } from '@weir/data';
import { CONSOLE_LIMITS } from '../limits.js';
import { SETTINGS, type ConsoleSettings } from '../settings.js';
import { Database } from './database.js';

/** One pool for REST and live reads; global, for every feature's repository stands on it. */
@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [SETTINGS],
      // The source below is complete; Nest only wants a type and how often to try.
      useFactory: (settings: ConsoleSettings) => ({
        type: 'postgres',
        url: settings.databaseUrl,
        retryAttempts: settings.connectAttempts,
        retryDelay: 500,
      }),
      dataSourceFactory: (options) =>
        Promise.resolve(
          createDataSource({
            url: options && 'url' in options && typeof options.url === 'string' ? options.url : '',
            poolSize: CONSOLE_LIMITS.poolConnections,
            statementTimeoutMs: CONSOLE_LIMITS.statementMs,
          }),
        ),
    }),
  ],
  providers: [Database],
  exports: [Database],
})
export class DatabaseModule {}
