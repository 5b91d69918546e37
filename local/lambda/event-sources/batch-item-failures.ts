import { asText, isRecord } from '#local/wire/shape.ts';

/**
 * Returns the ids of the items of a batch that the function reports as failed. A malformed response,
 * or one with an id that is not in the batch, fails the whole batch.
 */
export function failedItems(payload: Buffer, all: readonly string[]): readonly string[] {
  try {
    const response: unknown = JSON.parse(payload.toString('utf8'));
    if (response === null) return [];
    const { batchItemFailures } = isRecord(response) ? response : {};
    const failures = batchItemFailures ?? [];
    if (!Array.isArray(failures)) return all;
    const ids = failures.map((item: unknown) =>
      isRecord(item) ? (asText(item['itemIdentifier']) ?? '') : '',
    );
    return ids.every((id) => all.includes(id)) ? ids : all;
  } catch {
    return all;
  }
}
