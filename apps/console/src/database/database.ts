import { Injectable } from '@nestjs/common';
import pg from 'pg';
import {
  DataSource,
  QueryFailedError,
  type EntityManager,
  type QueryResult,
  type QueryRunner,
} from 'typeorm';
import { loadCatalog, MoneyFunctions, type Catalog } from '@weir/data';

/** A value of a statement's parameter. Text never becomes part of a statement (E-Q1). */
export type SqlValue =
  string | number | boolean | bigint | Date | null | readonly SqlValue[] | object;

/** Statements on one connection or on the pool. Rows are typed by the caller, who wrote the SELECT list. */
export interface Queries {
  /** All rows. */
  many<T>(sql: string, values?: readonly SqlValue[]): Promise<T[]>;
  /** The first row, if any. */
  one<T>(sql: string, values?: readonly SqlValue[]): Promise<T | undefined>;
  /** Rows touched. */
  run(sql: string, values?: readonly SqlValue[]): Promise<number>;
}

/** Statements and money functions on the one connection of a transaction. */
export interface Transaction extends Queries {
  /** The SQL functions that alone write money, limits, live events and the audit log. */
  readonly money: MoneyFunctions;
  /** TypeORM's manager on this connection, for the configuration entities of `@weir/data`. */
  readonly entities: EntityManager;
}

/**
 * The console's way to PostgreSQL: parameterised statements through TypeORM's pool, as the restricted role.
 * Money changes only inside the functions of `@weir/data`, so there is no entity whose `save()` could write it.
 */
@Injectable()
export class Database implements Queries {
  constructor(private readonly dataSource: DataSource) {}

  many<T>(sql: string, values: readonly SqlValue[] = []): Promise<T[]> {
    return this.withRunner((runner) => new RunnerQueries(runner).many<T>(sql, values));
  }

  one<T>(sql: string, values: readonly SqlValue[] = []): Promise<T | undefined> {
    return this.withRunner((runner) => new RunnerQueries(runner).one<T>(sql, values));
  }

  run(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    return this.withRunner((runner) => new RunnerQueries(runner).run(sql, values));
  }

  /** Providers, models, endpoints, prices and settings of one instant, as gateways read them. */
  catalog(): Promise<Catalog> {
    return this.withRunner(async (runner) => loadCatalog(await clientOf(runner)));
  }

  /** Runs all of it or nothing. What the callback throws rolls back and is thrown on. */
  transaction<T>(work: (on: Transaction) => Promise<T>): Promise<T> {
    return this.withRunner(async (runner) => {
      const money = new MoneyFunctions(await clientOf(runner));
      await runner.startTransaction();
      try {
        const result = await work(new RunnerQueries(runner, money));
        await runner.commitTransaction();
        return result;
      } catch (error) {
        // Whatever failed, nothing of it may stay; the error itself goes on to the filter.
        if (runner.isTransactionActive) await runner.rollbackTransaction();
        throw withoutParameters(error);
      }
    });
  }

  private async withRunner<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      return await work(runner);
    } finally {
      await runner.release();
    }
  }
}

/** The driver's own connection, for functions that are called past TypeORM. */
async function clientOf(runner: QueryRunner): Promise<pg.ClientBase> {
  const client: unknown = await runner.connect();
  if (!(client instanceof pg.Client)) throw new Error('TypeORM gave no connection of pg.');
  return client;
}

class RunnerQueries implements Transaction {
  constructor(
    private readonly runner: QueryRunner,
    private readonly functions?: MoneyFunctions,
  ) {}

  get entities(): EntityManager {
    return this.runner.manager;
  }

  get money(): MoneyFunctions {
    if (!this.functions) throw new Error('Money functions need a transaction.');
    return this.functions;
  }

  async many<T>(sql: string, values: readonly SqlValue[] = []): Promise<T[]> {
    return (await this.query<T>(sql, values)).records;
  }

  async one<T>(sql: string, values: readonly SqlValue[] = []): Promise<T | undefined> {
    const [first] = await this.many<T>(sql, values);
    return first;
  }

  async run(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    return (await this.query<unknown>(sql, values)).affected ?? 0;
  }

  /** The one place where rows get the type that the caller's SELECT list promises. */
  private async query<T>(sql: string, values: readonly SqlValue[]): Promise<QueryResult<T>> {
    try {
      return (await this.runner.query(sql, [...values], true)) as QueryResult<T>;
    } catch (error) {
      // TypeORM's error carries the parameters, which may be secrets: only PostgreSQL's own goes on.
      throw withoutParameters(error);
    }
  }
}

const withoutParameters = (error: unknown): unknown =>
  error instanceof QueryFailedError ? error.driverError : error;
