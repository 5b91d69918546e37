import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { handleInBackground } from '#local/process/handle-request.ts';
import { listen, originOf } from '#local/process/listen.ts';
import { readRequestSource } from '#local/process/loopback.ts';
import { createForwarder, type OtlpTarget } from '#local/traces/forward.ts';
import { readExport } from '#local/traces/read-export.ts';
import { createTraceStore, type TraceStore } from '#local/traces/trace-store.ts';
import { readBody } from '#local/wire/read-body.ts';

/** A collector of traces for the functions on this machine. */
export interface TraceReceiver {
  /** The base URL for exporters, and the headers that they must send, as OpenTelemetry writes them. */
  readonly endpoint: string;
  readonly headers: string;
  readonly store: TraceStore;
  close(): Promise<void>;
}

export interface ReceiverOptions {
  /** A collector that gets every export request, too. */
  readonly forwardTo?: OtlpTarget | undefined;
  log(line: string): void;
}

const maxBodyBytes = 8 * 1024 * 1024;

/** Starts a collector on a free port of the loopback address. It accepts OTLP over HTTP, in JSON. */
export async function startTraceReceiver({
  forwardTo,
  log,
}: ReceiverOptions): Promise<TraceReceiver> {
  const store = createTraceStore();
  const key = randomBytes(16).toString('hex');
  const forward = forwardTo === undefined ? undefined : createForwarder(forwardTo, log);
  const accept = (json: string): void => {
    store.add(readExport(json));
    forward?.(json);
  };
  const server = http.createServer((request, response) =>
    handleInBackground(
      response,
      async () => answer(response, await receive(request, key, accept)),
      (error) => answer(response, { status: 400, message: String(error) }),
    ),
  );
  const port = await listen(server, { port: 0, option: 'none' });
  // It must not keep a process running whose start has failed.
  server.unref();
  return {
    store,
    endpoint: originOf(undefined, port),
    headers: `x-streambed-key=${key}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  /** Why the request was refused. */
  readonly message?: string;
}

async function receive(
  request: IncomingMessage,
  key: string,
  accept: (json: string) => void,
): Promise<Answer> {
  const { method, url, headers } = request;
  if (readRequestSource(headers).type !== 'local' || !isKey(headers['x-streambed-key'], key)) {
    return { status: 403, message: 'Only the functions of this system may send traces here.' };
  }
  if (method !== 'POST' || url !== '/v1/traces') {
    return { status: 404, message: 'Traces are sent to POST /v1/traces.' };
  }
  if (!/^application\/json\b/iu.test(headers['content-type'] ?? '')) {
    return { status: 415, message: 'Set OTEL_EXPORTER_OTLP_PROTOCOL to http/json.' };
  }
  const body = await readBody(request, maxBodyBytes);
  if (body === 'too-large') return { status: 413, message: 'The body is too large.' };
  const isCompressed = headers['content-encoding'] === 'gzip';
  const plain = isCompressed
    ? await promisify(gunzip)(body, { maxOutputLength: maxBodyBytes })
    : body;
  accept(plain.toString('utf8'));
  return { status: 200 };
}

function isKey(given: string | string[] | undefined, key: string): boolean {
  return timingSafeEqual(digestOf(String(given)), digestOf(key));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function answer(response: ServerResponse, { status, message }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(message === undefined ? {} : { message }));
}
