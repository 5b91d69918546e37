import { readDataWorkerEnvironment } from '#aws/composition/environment/data-environment.ts';
import { createDataPorts } from '#aws/composition/data-ports.ts';
import { createS3LargeAnswers } from '#aws/conversation/large-answers.ts';
import { createDataJobQueue, readDataJobMessage } from '#aws/data/data-job-queue.ts';
import { createDynamoDataJobs } from '#aws/data/dynamo-data-jobs.ts';
import { createS3ExportFiles } from '#aws/data/s3-owned-files.ts';
import { createS3 } from '#aws/request/open-s3.ts';
import { createWorkflows } from '#aws/document/step-functions-workflows.ts';
import { createDynamoClient } from '#aws/dynamo/dynamo-client.ts';
import { createTable } from '#aws/dynamo/table.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { createHideMessage } from '#aws/task/sqs.ts';
import type { DataJob } from '#domain/data/data-job.ts';
import { deleteData } from '#domain/data/delete-data.ts';
import { exportData } from '#domain/data/export-data.ts';
import { runDataJob, type WorkContext } from '#domain/data/run-data-job.ts';
import { createExportWriter } from '#api/data/write-export.ts';
import { systemClock } from '#api/http/clock.ts';
import { newId } from '#api/http/ids.ts';
import { handleBatch } from '#lambda/sqs-batch.ts';

const environment = readDataWorkerEnvironment(process.env);
const { conversationsTable, historyTable, exportsBucket, dataQueue, maxDeliveries } = environment;
const dynamo = createDynamoClient();
const table = createTable(conversationsTable, dynamo);
const s3 = createS3();
const services = {
  conversations: table,
  sessions: historyTable === undefined ? undefined : createTable(historyTable, dynamo),
  largeAnswers: createS3LargeAnswers(environment.answersBucket),
  s3,
  workflows: createWorkflows(environment.machines),
};
const dataPorts = createDataPorts(services, environment, systemClock);
const write = createExportWriter(createS3ExportFiles(s3, exportsBucket), systemClock);
const ports = {
  jobs: createDynamoDataJobs(table),
  queue: createDataJobQueue(dataQueue),
  clock: systemClock,
  work: (job: DataJob, context: WorkContext) =>
    job.kind === 'deletion'
      ? deleteData(dataPorts, job)
      : exportData({ ...dataPorts, write }, job, context),
};

/** The queue of exports and deletions: does a part of one, and sends the message that continues it. */
export const handler = handleBatch(createLogSecret(table), {
  hide: createHideMessage(dataQueue),
  read: readDataJobMessage,
  about: ({ owner }) => ({ owner }),
  handle: ({ message, count }, { endsAtMs }) =>
    runDataJob(ports, {
      message,
      worker: newId(systemClock.now()),
      endsAtMs,
      isLast: count >= maxDeliveries,
    }),
});
