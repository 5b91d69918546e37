import type { Clock } from '#domain/clock.ts';
import type { DataJob, DataJobKind, DataJobQueue, DataJobs } from '#domain/data/data-job.ts';
import { exportFileName, exportFormats } from '#domain/data/export-files.ts';
import type { ExportFiles } from '#domain/data/owned-data.ts';
import { ownerOf } from '#domain/identity.ts';
import { assertIdempotencyKey } from '#domain/ids.ts';
import {
  acceptAttachment,
  readAttachment,
  type AttachmentPorts,
} from '#api/conversation/answer-attachments.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#api/http/http.ts';
import { derivedId, newId } from '#api/http/ids.ts';
import { jsonResponse, type JsonResult } from '#api/http/json-response.ts';
import { createRouter } from '#api/http/router.ts';
import { toDeletionJson, toExportJson } from '#protocol/data/data-json.ts';
import {
  parseDataJobId,
  parseDeletionRequest,
  parseExportRequest,
  unknownDataJob,
} from '#protocol/data/data-request.ts';
import type { DownloadJson } from '#protocol/data/data-schema.ts';
import type { RoutesOf } from '#protocol/http/routes.ts';
import { toTime } from '#protocol/http/time.ts';

export interface DataPorts {
  readonly jobs: DataJobs;
  readonly queue: DataJobQueue;
  readonly files: Pick<ExportFiles, 'signDownload'>;
  readonly attachments: AttachmentPorts;
  readonly clock: Clock;
}

interface DataContext {
  readonly ports: DataPorts;
  readonly request: HttpRequest;
  readonly owner: string;
}

const route = createRouter<RoutesOf<'data'>, DataContext, JsonResult>({
  'POST /attachments': (context) => acceptAttachment(context, context.request.body),
  'GET /attachments/{attachment_id}': (context, { attachment_id: id }) =>
    readAttachment(context, id),
  'POST /data/exports': async (context) => {
    parseExportRequest(context.request.body);
    const job = await begin(context, 'export');
    return { status: 202, body: toExportJson(job), location: `exports/${job.jobId}` };
  },
  'GET /data/exports/{export_id}': async (context, { export_id: id }) => {
    const job = await find(context, 'export', id);
    const downloads = job.state === 'complete' ? await sign(context, job) : undefined;
    return { status: 200, body: toExportJson(job, downloads) };
  },
  'POST /data/deletions': async (context) => {
    parseDeletionRequest(context.request.body);
    const job = await begin(context, 'deletion');
    return { status: 202, body: toDeletionJson(job), location: `deletions/${job.jobId}` };
  },
  'GET /data/deletions/{deletion_id}': async (context, { deletion_id: id }) => {
    return { status: 200, body: toDeletionJson(await find(context, 'deletion', id)) };
  },
});

/** Answers requests for the caller's files, and to export or delete everything they have. */
export async function answerData(
  ports: DataPorts,
  request: HttpRequest,
  { requestId }: Invocation,
): Promise<HttpResponse> {
  // Anonymous callers share an owner, and must not have each other's data.
  const owner = ownerOf(request.caller, false);
  return jsonResponse(await route(request, { ports, request, owner }), requestId);
}

/** How long jobs are stored. The files of an export expire a day later (`ExportsBucket`). */
const lifetimesMs: Readonly<Record<DataJobKind, number>> = {
  export: 7 * 86_400_000,
  deletion: 30 * 86_400_000,
};

async function begin(
  { ports: { jobs, queue, clock }, request: { headers }, owner }: DataContext,
  kind: DataJobKind,
): Promise<DataJob> {
  const key = headers['idempotency-key'];
  if (key !== undefined) assertIdempotencyKey(key);
  const nowMs = clock.now();
  const job = await jobs.begin({
    owner,
    kind,
    jobId: key === undefined ? newId(nowMs) : derivedId(owner, kind, key),
    state: 'queued',
    createdAtMs: nowMs,
    expiresAtMs: nowMs + lifetimesMs[kind],
    step: 0,
    parts: [],
  });
  // A job that no worker has may never have reached the queue.
  const hasWorker = job.leaseUntilMs !== undefined && job.leaseUntilMs > nowMs;
  const needsQueue = job.state === 'queued' || (job.state === 'running' && !hasWorker);
  if (needsQueue) await queue.send(job, 0);
  return job;
}

async function find(
  { ports: { jobs, clock }, owner }: DataContext,
  kind: DataJobKind,
  id: string,
): Promise<DataJob> {
  const job = await jobs.find({ owner, kind, jobId: parseDataJobId(kind, id) });
  // DynamoDB deletes expired items late.
  if (job === undefined || job.expiresAtMs <= clock.now()) throw unknownDataJob(kind);
  return job;
}

/** How long a download URL is valid. */
const downloadSeconds = 900;

async function sign({ ports }: DataContext, job: DataJob): Promise<DownloadJson[]> {
  const expiresAt = toTime(ports.clock.now() + downloadSeconds * 1_000);
  const files = job.parts.flatMap((part, at) =>
    exportFormats.map((format) => ({
      format,
      part: at + 1,
      name: exportFileName(job, part, format),
    })),
  );
  return Promise.all(
    files.map(async ({ format, part, name }) => {
      // A file for people to save, not for the browser to show.
      const disposition = `attachment; filename="streambed-export-${fileNameIn(name)}"`;
      const url = await ports.files.signDownload(name, downloadSeconds, disposition);
      return { format, part, url, expires_at: expiresAt };
    }),
  );
}

/** Returns the last part of the name of an object. */
function fileNameIn(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
