import type { StoredRecord, StreamRecord } from '#local/dynamodb/streams/record-changes.ts';
import type { StreamSource } from '#local/lambda/event-sources/read-event-sources.ts';

/** Returns the record of an event (Lambda developer guide, "Using Lambda with DynamoDB"). */
export function toEventRecord(
  { userIdentity, ...record }: StreamRecord,
  sourceArn: string,
): object {
  return {
    ...record,
    ...(userIdentity === undefined
      ? {}
      : { userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId } }),
    eventSourceARN: sourceArn,
  };
}

/** Returns the sequence number of a record. */
export function sequenceOf({ record }: StoredRecord): string {
  return record.dynamodb.SequenceNumber;
}

/** Why records are discarded. */
export type DiscardCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/** What is known about records that are discarded. */
export interface Discard {
  readonly condition: DiscardCondition;
  readonly records: readonly StoredRecord[];
  readonly functionArn: string;
  readonly shardId: string | undefined;
  readonly nowMs: number;
  /** The last invocation with the records, if there was one. */
  readonly invocation: Invocation | undefined;
}

/** An invocation with records. */
export interface Invocation {
  readonly requestId: string;
  readonly count: number;
}

/** Returns what the destination gets (Lambda developer guide, "Retain discarded records"). */
export function discardMessage({ sourceArn }: StreamSource, discard: Discard): string {
  const { condition, records, functionArn, shardId, invocation, nowMs } = discard;
  const [first] = records;
  const last = records.at(-1);
  const responseContext = {
    statusCode: 200,
    executedVersion: '$LATEST',
    functionError: 'Unhandled',
  };
  return JSON.stringify({
    requestContext: {
      requestId: invocation?.requestId,
      functionArn,
      condition,
      approximateInvokeCount: invocation?.count ?? 0,
    },
    ...(invocation === undefined ? {} : { responseContext }),
    version: '1.0',
    timestamp: atTime(nowMs),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: first === undefined ? undefined : sequenceOf(first),
      endSequenceNumber: last === undefined ? undefined : sequenceOf(last),
      approximateArrivalOfFirstRecord: atTime(first?.atMs ?? nowMs),
      approximateArrivalOfLastRecord: atTime(last?.atMs ?? nowMs),
      batchSize: records.length,
      streamArn: sourceArn,
    },
  });
}

function atTime(ms: number): string {
  return new Date(ms).toISOString();
}
