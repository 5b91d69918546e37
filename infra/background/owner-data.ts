import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { describeExecutions, type DocumentParts } from '#infra/background/documents.ts';
import type { Foundation } from '#infra/foundation.ts';
import { StreambedFunction } from '#infra/functions/streambed-function.ts';
import { addQueue } from '#infra/background/queue-with-dead-letters.ts';
import type { ChatHistoryTable } from '#infra/storage/chat-history-table.ts';
import { ExportsBucket } from '#infra/storage/exports-bucket.ts';

const workerTimeout = Duration.minutes(1);

/** How often a part of an export or a deletion is tried. */
const maxReceiveCount = 8;

/**
 * Adds the bucket, the queue and the functions with which owners export and delete everything that
 * is stored for them, LangChain's sessions included if there are any. Returns the function of the
 * REST API, which also signs the uploads and downloads of files.
 */
export function addOwnerData(
  foundation: Foundation,
  documents: Omit<DocumentParts, 'api'>,
  sessions?: ChatHistoryTable,
): StreambedFunction {
  const { stack, table, answers, storageEnv } = foundation;
  const bucket = new ExportsBucket(stack, 'Exports');
  // The visibility timeout is six times the worker's timeout, as AWS advises.
  const visibility = Duration.seconds(workerTimeout.toSeconds() * 6);
  const queue = addQueue(stack, 'Data', { visibility, maxReceiveCount });
  const environment = {
    ...storageEnv,
    EXPORTS_BUCKET: bucket.bucketName,
    DATA_QUEUE: queue.queueUrl,
  };
  const api = new StreambedFunction(stack, 'DataFunction', {
    bundle: 'data',
    timeout: Duration.seconds(29),
    environment,
  });
  table.grantItems(api.role);
  bucket.grantDownload(api.role);
  answers.grantUploads(api.role);
  queue.grantSendMessages(api.role);
  const worker = new StreambedFunction(stack, 'DataWorkerFunction', {
    bundle: 'data-worker',
    timeout: workerTimeout,
    environment: {
      ...documents.environment,
      ...environment,
      ...(sessions === undefined ? {} : { HISTORY_TABLE: sessions.tableName }),
      MAX_DELIVERIES: String(maxReceiveCount),
    },
    // A part of an export is in memory in several forms.
    memorySize: 1_024,
  });
  table.grantOwnedData(worker.role);
  answers.grantOwnedAnswers(worker.role);
  sessions?.grantOwnedSessions(worker.role);
  documents.bucket.grantOwnedFiles(worker.role);
  bucket.grantExports(worker.role);
  queue.grantSendMessages(worker.role);
  worker.role.addToPolicy(describeExecutions(documents.executions));
  const batches = { batchSize: 1, reportBatchItemFailures: true, maxConcurrency: 5 };
  worker.addEventSource(new SqsEventSource(queue, batches));
  return api;
}
