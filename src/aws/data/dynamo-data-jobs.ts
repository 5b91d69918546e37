import { fromDataJobItem, toDataJobItem } from '#aws/data/data-job-items.ts';
import { toStateUpdate } from '#aws/dynamo/change.ts';
import { number, oneOf, text, type Item } from '#aws/dynamo/item-fields.ts';
import { dataJobKey, latestDataJobKey } from '#aws/dynamo/keys.ts';
import { ConditionFailed, toExpiry, type Table } from '#aws/dynamo/table.ts';
import {
  hasDataJobEnded,
  type Claim,
  type ClaimResult,
  type DataJob,
  type DataJobChange,
  type DataJobKey,
  type DataJobs,
} from '#domain/data/data-job.ts';
import { ChatError } from '#domain/errors.ts';

/**
 * Returns the exports and deletions in a table: an item for each, and one for each owner that names
 * the latest. Only the one that is named may begin.
 */
export function createDynamoDataJobs(table: Table): DataJobs {
  return {
    begin: (job) => begin(table, job),
    find: (key) => find(table, key),
    claim: (key, claim) => claimJob(table, key, claim),
    save: (key, worker, change) => save(table, key, worker, change),
  };
}

async function find(table: Table, key: DataJobKey): Promise<DataJob | undefined> {
  const item = await table.get({ Key: dataJobKey(key), ConsistentRead: true });
  if (item === undefined) return undefined;
  const { sameAs } = item;
  return typeof sameAs === 'string'
    ? find(table, { ...key, jobId: sameAs })
    : fromDataJobItem(key, item);
}

/** The job is stored before it is named, so that whoever meets its name finds it. */
async function begin(table: Table, job: DataJob): Promise<DataJob> {
  const earlier = await put(table, job);
  if (earlier !== undefined && earlier.state !== 'queued') return earlier;
  const stored = earlier === undefined ? job : await renew(table, earlier, job);
  if (stored.jobId !== job.jobId) return stored;
  for (let replaced: string | undefined; ;) {
    const named = await name(table, stored, replaced);
    if (named === undefined) return stored;
    const latest = await find(table, named);
    if (latest === undefined || (await isOver(table, latest))) replaced = named.jobId;
    else return attach(table, stored, latest);
  }
}

/**
 * A job that was refused, because one of the other kind ran, is about what exists now that it is
 * requested again. One that is named was accepted, and stays about what existed then.
 */
async function renew(table: Table, earlier: DataJob, job: DataJob): Promise<DataJob> {
  const { owner, jobId } = earlier;
  if (jobId !== job.jobId) return earlier;
  const latest = await table.get({ Key: latestDataJobKey(owner), ConsistentRead: true });
  if (latest?.['jobId'] === jobId) return earlier;
  try {
    const item = await table.update({
      Key: dataJobKey(earlier),
      ConditionExpression: '#state = :queued AND attribute_not_exists(sameAs)',
      UpdateExpression: 'SET createdAtMs = :now, expiresAt = :expiry',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':queued': 'queued',
        ':now': job.createdAtMs,
        ':expiry': toExpiry(job.expiresAtMs),
      },
      ReturnValues: 'ALL_NEW',
    });
    return fromDataJobItem(earlier, item);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    return (await find(table, earlier)) ?? earlier;
  }
}

/** Stores a job. Returns the one that has its id already; undefined if there was none. */
async function put(table: Table, job: DataJob): Promise<DataJob | undefined> {
  try {
    await table.put({
      Item: { ...dataJobKey(job), ...toDataJobItem(job) },
      // DynamoDB deletes expired items late.
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
      ExpressionAttributeValues: { ':now': Math.floor(job.createdAtMs / 1_000) },
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    return find(table, job);
  }
}

/** Names a job as its owner's latest. Returns the key of another one that is named. */
async function name(
  table: Table,
  job: DataJob,
  replaced: string | undefined,
): Promise<DataJobKey | undefined> {
  const { owner, kind, jobId, expiresAtMs } = job;
  try {
    await table.update({
      Key: latestDataJobKey(owner),
      ConditionExpression: 'attribute_not_exists(pk) OR jobId IN (:id, :replaced)',
      UpdateExpression: 'SET jobId = :id, kind = :kind, expiresAt = :expiry',
      ExpressionAttributeValues: {
        ':id': jobId,
        ':replaced': replaced ?? jobId,
        ':kind': kind,
        ':expiry': toExpiry(expiresAtMs),
      },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof ConditionFailed) || error.item === undefined) throw error;
    const other = oneOf(['export', 'deletion'] as const, error.item['kind']);
    return { owner, kind: other, jobId: text(error.item, 'jobId') };
  }
}

/** Returns whether a job has ended. A failed one can then no longer be continued by a late message. */
async function isOver(table: Table, job: DataJob): Promise<boolean> {
  if (!hasDataJobEnded(job) || job.state === 'complete') return hasDataJobEnded(job);
  try {
    const update = toStateUpdate({ isClosed: true }, ['failed']);
    await table.update({ Key: dataJobKey(job), ...update });
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}

/**
 * Makes a new job another name of the one that runs, so that its key finds that one from now on. A
 * job that has to wait for one of the other kind stays, and begins when its request is repeated.
 */
async function attach(table: Table, job: DataJob, running: DataJob): Promise<DataJob> {
  if (running.kind !== job.kind) {
    const message = `Wait for the end of ${names[running.kind]} of your data, ${running.jobId}.`;
    throw new ChatError('conflict', message);
  }
  await table.update({
    Key: dataJobKey(job),
    UpdateExpression: 'SET sameAs = :running',
    ExpressionAttributeValues: { ':running': running.jobId },
  });
  return running;
}

const names = { export: 'the export', deletion: 'the deletion' } as const;

async function claimJob(
  table: Table,
  key: DataJobKey,
  { worker, step, nowMs, leaseUntilMs }: Claim,
): Promise<ClaimResult> {
  try {
    const item = await table.update({
      Key: dataJobKey(key),
      ConditionExpression:
        '#state IN (:queued, :running, :failed) AND attribute_not_exists(isClosed)' +
        ' AND attribute_not_exists(sameAs) AND step <= :step' +
        // The client repeats a claim whose response was lost.
        ' AND (attribute_not_exists(leaseUntilMs) OR leaseUntilMs < :now OR worker = :worker)',
      UpdateExpression:
        'SET #state = :running, worker = :worker, leaseUntilMs = :until' +
        ', startedAtMs = if_not_exists(startedAtMs, :now) REMOVE finishedAtMs, #error',
      ExpressionAttributeNames: { '#state': 'state', '#error': 'error' },
      ExpressionAttributeValues: {
        ':queued': 'queued',
        ':running': 'running',
        ':failed': 'failed',
        ':step': step,
        ':now': nowMs,
        ':worker': worker,
        ':until': leaseUntilMs,
      },
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return { type: 'claimed', job: fromDataJobItem(key, item) };
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    return toRefusal(error.item, step);
  }
}

function toRefusal(item: Item | undefined, step: number): ClaimResult {
  const isObsolete =
    item === undefined ||
    item['state'] === 'complete' ||
    item['isClosed'] === true ||
    item['sameAs'] !== undefined ||
    number(item, 'step') > step;
  if (isObsolete) return { type: 'obsolete' };
  return { type: 'busy', leaseUntilMs: number(item, 'leaseUntilMs') };
}

async function save(
  table: Table,
  key: DataJobKey,
  worker: string,
  { isReleased, ...change }: DataJobChange,
): Promise<DataJob> {
  const lease = isReleased === true ? { leaseUntilMs: undefined } : {};
  const { state = 'running' } = change;
  // The client repeats a request whose response was lost.
  const update = toStateUpdate({ ...change, state, ...lease }, ['running', state]);
  try {
    const item = await table.update({
      Key: dataJobKey(key),
      ...update,
      ConditionExpression: `${update.ConditionExpression} AND worker = :worker`,
      ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':worker': worker },
      ReturnValues: 'ALL_NEW',
    });
    return fromDataJobItem(key, item);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    throw new ChatError('conflict', 'The job is continued by another worker.');
  }
}
