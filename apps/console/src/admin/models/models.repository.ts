import { Injectable } from '@nestjs/common';
import { ModelEntity } from '@weir/data';
import { Database, type Transaction } from '../../database/database.js';

/** Writes of the catalogue; reading it is the users' feature too. */
@Injectable()
export class AdminModelsRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (on: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  async insert(on: Transaction, row: Partial<ModelEntity>): Promise<void> {
    await on.entities.insert(ModelEntity, row);
  }

  async update(on: Transaction, id: string, change: Partial<ModelEntity>): Promise<void> {
    await on.entities.update(ModelEntity, { id }, { ...change, updated_at: new Date() });
  }

  async remove(on: Transaction, id: string): Promise<boolean> {
    return (await on.run('DELETE FROM model WHERE id = $1', [id])) > 0;
  }
}
