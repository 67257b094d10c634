import { usageFile, type UsageFormat, type UsageRecord } from '@weir/domain';

/** What of an export is written, and how far it is. */
export interface ExportPiece {
  readonly text: string;
  /** Requests written so far. */
  readonly rowsDone: number;
}

/** An export's text in pieces of at most one batch: joined they are the file. */
export async function* exportText(
  batches: AsyncIterable<readonly UsageRecord[]>,
  format: UsageFormat,
  byteOrderMark: boolean,
): AsyncGenerator<ExportPiece> {
  const file = usageFile(format, byteOrderMark);
  let rowsDone = 0;
  yield { text: file.begin(), rowsDone };
  for await (const records of batches) {
    rowsDone += records.length;
    yield { text: file.rows(records), rowsDone };
  }
  yield { text: file.end(), rowsDone };
}
