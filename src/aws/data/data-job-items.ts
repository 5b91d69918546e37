import { number, oneOf, optionalNumber, record, text, type Item } from '#aws/dynamo/item-fields.ts';
import { checkItemVersion, currentVersion } from '#aws/dynamo/item-version.ts';
import { toExpiry } from '#aws/dynamo/table.ts';
import {
  dataKinds,
  type Counts,
  type Cursor,
  type DataJob,
  type DataJobKey,
} from '#domain/data/data-job.ts';
import { errorCodes } from '#domain/errors.ts';

/** Returns the item of a job, which has the fields of the job. */
export function toDataJobItem({ owner: _, expiresAtMs, ...job }: DataJob): Item {
  return { ...job, expiresAt: toExpiry(expiresAtMs), ...currentVersion };
}

/** Returns the job in an item. Throws a `TypeError` if the item is malformed. */
export function fromDataJobItem({ owner, kind, jobId }: DataJobKey, item: Item): DataJob {
  checkItemVersion(item);
  const { counts, cursor, parts, error } = item;
  return {
    owner,
    kind,
    jobId,
    state: oneOf(['queued', 'running', 'complete', 'failed'] as const, item['state']),
    createdAtMs: number(item, 'createdAtMs'),
    expiresAtMs: number(item, 'expiresAt') * 1_000,
    ...optionalNumber(item, 'startedAtMs'),
    ...optionalNumber(item, 'finishedAtMs'),
    ...optionalNumber(item, 'leaseUntilMs'),
    step: number(item, 'step'),
    ...(counts === undefined ? {} : { counts: toCounts(record(counts)) }),
    ...(cursor === undefined ? {} : { cursor: toCursor(record(cursor)) }),
    parts: Array.isArray(parts) ? parts.map(String) : [],
    ...(error === undefined ? {} : { error: toError(record(error)) }),
  };
}

function toCounts(item: Item): Counts {
  const kinds = dataKinds.filter((kind) => item[kind] !== undefined);
  const entries = kinds.map((kind) => {
    const progress = record(item[kind]);
    return [kind, { done: number(progress, 'done'), total: number(progress, 'total') }] as const;
  });
  return Object.fromEntries(entries);
}

function toCursor(item: Item): Cursor {
  const kind = oneOf(dataKinds, item['kind']);
  return item['after'] === undefined ? { kind } : { kind, after: text(item, 'after') };
}

function toError(item: Item): NonNullable<DataJob['error']> {
  return { code: oneOf(errorCodes, item['code']), message: text(item, 'message') };
}
