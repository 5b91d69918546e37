import { readDataEnvironment } from '#aws/composition/environment/data-environment.ts';
import { createDataJobQueue } from '#aws/data/data-job-queue.ts';
import { createDynamoDataJobs } from '#aws/data/dynamo-data-jobs.ts';
import { createS3ExportFiles } from '#aws/data/s3-owned-files.ts';
import { createS3 } from '#aws/request/open-s3.ts';
import { readPersonEnvironment } from '#aws/composition/environment/identity-environment.ts';
import { readStoreEnvironment } from '#aws/composition/environment/storage-environment.ts';
import { findStoredAttachment } from '#aws/conversation/s3-attachments.ts';
import { createS3Files } from '#aws/document/s3-files.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import type { AttachmentKey } from '#domain/conversation/attachment.ts';
import { createPersonVerifier } from '#identity/person-verifier.ts';
import { answerData } from '#api/data/answer-data.ts';
import { withPerson } from '#lambda/with-person.ts';
import { systemClock } from '#api/http/clock.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';

const { conversationsTable, exportsBucket, dataQueue } = readDataEnvironment(process.env);
const { answersBucket } = readStoreEnvironment(process.env);
const table = openTable(conversationsTable);
const s3 = createS3();
const ports = {
  jobs: createDynamoDataJobs(table),
  queue: createDataJobQueue(dataQueue),
  files: createS3ExportFiles(s3, exportsBucket),
  attachments: {
    find: (key: AttachmentKey) => findStoredAttachment(s3, answersBucket, key),
    ...createS3Files(answersBucket),
    ...createS3ExportFiles(s3, answersBucket),
  },
  clock: systemClock,
};

const verify = createPersonVerifier(table, systemClock, readPersonEnvironment(process.env));

/** `/attachments`, and `/data/exports` and `/data/deletions`: begins one, and reads its progress. */
export const handler = respondBuffered(
  createLogSecret(table),
  withPerson(verify, (request, invocation) => answerData(ports, request, invocation)),
);
