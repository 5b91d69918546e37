import type { AwsRequest, AwsResponse } from '#local/wire/aws-exchange.ts';
import { AwsError } from '#local/wire/aws-error.ts';
import { encodeFrame } from '#local/wire/event-stream.ts';
import type { AsyncEvents } from '#local/lambda/invoke/async-events.ts';
import {
  errorBodyOf,
  toErrorPayload,
  type FunctionErrorBody,
} from '#local/lambda/invoke/function-error.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import { collectResult } from '#local/lambda/functions.ts';
import type { Shaping } from '#local/lambda/invoke/response-shaping.ts';
import type { InvocationResult } from '#local/lambda/environment/runtime-api.ts';

/** The largest payloads: of a call that waits for its answer, and of one that does not. */
const maxPayloadBytes = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024 };

/** The largest client context, in Base64. */
const maxContextBytes = 3_583;

export interface Invoking {
  readonly asyncEvents: AsyncEvents;
  /** How fast a streamed answer may be. */
  readonly shaping: Shaping;
}

export interface InvokeCall {
  readonly host: FunctionHost;
  readonly request: AwsRequest;
  readonly response: AwsResponse;
  readonly isStreamed: boolean;
}

const executed = { 'x-amz-executed-version': '$LATEST' };

/** `Invoke` and `InvokeWithResponseStream`. Throws Lambda's errors. */
export async function invoke(invoking: Invoking, call: InvokeCall): Promise<void> {
  const { host, request, response, isStreamed } = call;
  const type = invocationType(request, isStreamed);
  if (type === 'DryRun') {
    response.start(204, executed);
    return response.end();
  }
  const payload = readPayload(request, type);
  if (type === 'Event') {
    invoking.asyncEvents.send(host.definition.arn, payload.toString('utf8'), response.requestId);
    response.start(202, executed);
    return response.end();
  }
  const lines = Promise.withResolvers<readonly string[]>();
  const answer = await host.invoke({
    payload,
    requestId: response.requestId,
    clientContext: readContext(request),
    onFinished: lines.resolve,
  });
  if (answer === 'throttled') throw throttled(host);
  const wantsLog = request.headers['x-amz-log-type'] === 'Tail';
  const logTail = wantsLog ? () => lines.promise.then(tailOf) : undefined;
  if (isStreamed) await stream(answer, { response, logTail, shaping: invoking.shaping });
  else await whole(answer, response, logTail);
}

type InvocationType = 'RequestResponse' | 'Event' | 'DryRun';

function invocationType({ headers }: AwsRequest, isStreamed: boolean): InvocationType {
  const given = headers['x-amz-invocation-type']?.toString() ?? 'RequestResponse';
  if (given === 'RequestResponse' || given === 'DryRun') return given;
  if (given === 'Event' && !isStreamed) return given;
  throw new AwsError('InvalidParameterValueException', `Unsupported invocation type ${given}.`);
}

function readPayload({ body }: AwsRequest, type: 'RequestResponse' | 'Event'): Buffer {
  const most = maxPayloadBytes[type];
  if (body.length > most) {
    const message = `Request must be smaller than ${most} bytes for the InvokeFunction operation`;
    throw new AwsError('RequestTooLargeException', message, { status: 413 });
  }
  if (body.length === 0) return Buffer.from('{}');
  try {
    JSON.parse(body.toString('utf8'));
    return body;
  } catch {
    const message = 'Could not parse request body into json.';
    throw new AwsError('InvalidRequestContentException', message);
  }
}

function readContext({ headers }: AwsRequest): string | undefined {
  const given = headers['x-amz-client-context']?.toString();
  if (given === undefined) return undefined;
  if (given.length > maxContextBytes) {
    const message = `Client context must be no more than ${maxContextBytes} bytes when base64-encoded.`;
    throw new AwsError('InvalidRequestContentException', message);
  }
  return Buffer.from(given, 'base64').toString('utf8');
}

function throttled({ definition }: FunctionHost): AwsError {
  const isReserved = definition.concurrency.type === 'reserved';
  const Reason = isReserved
    ? 'ReservedFunctionConcurrentInvocationLimitExceeded'
    : 'ConcurrentInvocationLimitExceeded';
  const members = { Reason };
  return new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429, members });
}

/** The last 4 KB of what an invocation logged, in Base64. */
function tailOf(lines: readonly string[]): string {
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  return text.subarray(-4096).toString('base64');
}

type LogTail = (() => Promise<string>) | undefined;

/** What a function gave, as one body; that it failed is said in a header. */
async function whole(
  answer: InvocationResult,
  response: AwsResponse,
  logTail: LogTail,
): Promise<void> {
  const result = await collectResult(answer);
  const isError = result.type === 'error';
  const failed = isError ? { 'x-amz-function-error': 'Unhandled' } : {};
  const log = logTail === undefined ? {} : { 'x-amz-log-result': await logTail() };
  response.start(200, { 'content-type': 'application/json', ...executed, ...failed, ...log });
  response.end(isError ? toErrorPayload(result.error) : result.payload);
}

interface Streaming {
  readonly response: AwsResponse;
  readonly logTail: LogTail;
  readonly shaping: Shaping;
}

/** What a function gives, as it comes; how it ended is the last event. */
async function stream(
  answer: InvocationResult,
  { response, logTail, shaping }: Streaming,
): Promise<void> {
  response.start(200, { 'content-type': 'application/vnd.amazon.eventstream', ...executed });
  let failure: FunctionErrorBody | undefined;
  try {
    if (answer.type === 'error') failure = answer.error;
    else if (answer.type === 'buffered') await response.write(chunkFrame(answer.payload));
    else {
      const shaped = shaping(answer.body, 'lambda');
      for await (const bytes of shaped) await response.write(chunkFrame(bytes));
    }
  } catch (error) {
    failure = errorBodyOf(error);
  }
  response.end(completeFrame(failure, logTail === undefined ? undefined : await logTail()));
}

function chunkFrame(bytes: Buffer): Buffer {
  const headers = {
    ':message-type': 'event',
    ':event-type': 'PayloadChunk',
    ':content-type': 'application/octet-stream',
  };
  return encodeFrame(headers, bytes);
}

function completeFrame(
  failure: FunctionErrorBody | undefined,
  LogResult: string | undefined,
): Buffer {
  const headers = {
    ':message-type': 'event',
    ':event-type': 'InvokeComplete',
    ':content-type': 'application/json',
  };
  const told =
    failure === undefined ? {} : { ErrorCode: 'Unhandled', ErrorDetails: toErrorPayload(failure) };
  return encodeFrame(headers, JSON.stringify({ ...told, LogResult }));
}
