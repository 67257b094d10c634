import pg from 'pg';
import { DataSource } from 'typeorm';
import { ENTITIES } from './index.js';

/** How an application reaches the configuration tables through TypeORM. */
export interface DataSourceInput {
  /** DATABASE_URL. */
  readonly url: string;
  /** Connections of this pool at most. */
  readonly poolSize: number;
  /** A statement that takes longer is cancelled by the server. */
  readonly statementTimeoutMs: number;
}

/**
 * A TypeORM source of the configuration entities. Its connections take the application role at start, so even
 * a mistake here cannot write money. Not initialised yet.
 */
export function createDataSource(input: DataSourceInput): DataSource {
  return new DataSource({
    type: 'postgres',
    url: input.url,
    driver: pg,
    entities: ENTITIES,
    synchronize: false,
    poolSize: input.poolSize,
    extra: {
      options: `-c role=weir_app -c statement_timeout=${input.statementTimeoutMs} -c lock_timeout=1000 -c idle_in_transaction_session_timeout=5000`,
      connectionTimeoutMillis: 1_000,
    },
  });
}
