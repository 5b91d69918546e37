import { AwsError, toAwsError } from '#local/wire/aws-error.ts';

interface Entry {
  readonly Id: string;
}

/**
 * Runs each entry of a batch and returns the API's response, with a result or an error for each.
 * Throws if the batch is empty, has more than ten entries, or repeats an id.
 */
export function runBatch<E extends Entry>(
  entries: readonly E[],
  run: (entry: E) => object,
): object {
  checkEntries(entries);
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...run(entry) });
    } catch (thrown) {
      const { code, message, status } = toAwsError(thrown);
      Failed.push({ Id: entry.Id, Code: code, Message: message, SenderFault: status < 500 });
    }
  }
  return { Successful, ...(Failed.length === 0 ? {} : { Failed }) };
}

function checkEntries(entries: readonly Entry[]): void {
  const ids = entries.map(({ Id }) => Id);
  if (ids.length === 0) {
    throw batchError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (ids.length > 10) {
    const message = `Maximum number of entries per request are 10. You have sent ${ids.length}.`;
    throw batchError('TooManyEntriesInBatchRequest', message);
  }
  const duplicate = ids.find((id, index) => ids.indexOf(id) !== index);
  if (duplicate !== undefined) {
    throw batchError('BatchEntryIdsNotDistinct', `Id ${duplicate} repeated.`);
  }
  if (ids.every((id) => /^[\w-]{1,80}$/u.test(id))) return;
  throw batchError(
    'InvalidBatchEntryId',
    'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
  );
}

/** Returns an error of a whole batch. Its code is longer in the query protocol. */
export function batchError(code: string, message: string): AwsError {
  return new AwsError(code, message, { queryCode: `AWS.SimpleQueueService.${code}` });
}
