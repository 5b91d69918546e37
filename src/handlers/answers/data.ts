import type { Table } from '#aws/dynamo/table.ts';
import type { Variables } from '#aws/composition/environment/variables.ts';
import { systemClock } from '#api/http/clock.ts';
import type { Answer } from '#api/http/http.ts';
import { answerData } from '#api/data/answer-data.ts';
import { readDataEnvironment } from '#aws/composition/environment/data-environment.ts';
import { readStoreEnvironment } from '#aws/composition/environment/storage-environment.ts';
import { findStoredAttachment } from '#aws/conversation/s3-attachments.ts';
import { createDataJobQueue } from '#aws/data/data-job-queue.ts';
import { createDynamoDataJobs } from '#aws/data/dynamo-data-jobs.ts';
import { createS3ExportFiles } from '#aws/data/s3-owned-files.ts';
import { createS3Files } from '#aws/document/s3-files.ts';
import { createS3 } from '#aws/request/open-s3.ts';
import type { AttachmentKey } from '#domain/conversation/attachment.ts';

/** `/attachments`, and `/data/exports` and `/data/deletions`: begins one, and reads its progress. */
export function openData(variables: Variables, table: Table): Answer {
  const { exportsBucket, dataQueue } = readDataEnvironment(variables);
  const { answersBucket } = readStoreEnvironment(variables);
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
  return (request, invocation) => answerData(ports, request, invocation);
}
