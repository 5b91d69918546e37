import { AwsError, toAwsError } from '#local/wire/aws-error.ts';

interface Entry {
  readonly Id: string;
}

/**
 * Carries out the entries of a batch, each for itself. Throws for a batch that is empty, has more
 * than ten entries, or the same id twice.
 */
export function carryOutAll<E extends Entry>(
  entries: readonly E[],
  run: (entry: E) => object,
): object {
  check(entries);
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

function check(entries: readonly Entry[]): void {
  const ids = entries.map(({ Id }) => Id);
  if (ids.length === 0) {
    throw batchError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (ids.length > 10) {
    const message = `Maximum number of entries per request are 10. You have sent ${ids.length}.`;
    throw batchError('TooManyEntriesInBatchRequest', message);
  }
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw batchError('BatchEntryIdsNotDistinct', `Id ${twice} repeated.`);
  if (ids.every((id) => /^[\w-]{1,80}$/u.test(id))) return;
  throw batchError(
    'InvalidBatchEntryId',
    'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
  );
}

/** An error of a whole batch, which the query protocol gives a longer name. */
export function batchError(code: string, message: string): AwsError {
  return new AwsError(code, message, { queryCode: `AWS.SimpleQueueService.${code}` });
}
