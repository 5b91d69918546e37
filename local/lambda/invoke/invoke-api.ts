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
import {
  maxAsyncRequestBytes,
  maxClientContextBytes,
  maxRequestBytes,
} from '#local/lambda/limits.ts';
import { throttledError } from '#local/lambda/invoke/throttled-error.ts';
import type { Shaping } from '#local/lambda/invoke/response-shaping.ts';
import type { InvocationResult } from '#local/lambda/environment/runtime-api.ts';

const maxPayloadBytes = { RequestResponse: maxRequestBytes, Event: maxAsyncRequestBytes };

export interface InvokeSettings {
  readonly asyncEvents: AsyncEvents;
  /** Limits the rate and size of streamed responses. */
  readonly shaping: Shaping;
}

export interface InvokeCall {
  readonly host: FunctionHost;
  readonly request: AwsRequest;
  readonly response: AwsResponse;
  readonly isStreamed: boolean;
}

const executed = { 'x-amz-executed-version': '$LATEST' };

/** Handles `Invoke` and `InvokeWithResponseStream`. Throws Lambda's errors. */
export async function invoke(settings: InvokeSettings, call: InvokeCall): Promise<void> {
  const { host, request, response, isStreamed } = call;
  const type = readInvocationType(request, isStreamed);
  if (type === 'DryRun') {
    response.start(204, executed);
    return response.end();
  }
  const payload = readPayload(request, type);
  if (type === 'Event') {
    settings.asyncEvents.send(host.definition.arn, payload.toString('utf8'), response.requestId);
    response.start(202, executed);
    return response.end();
  }
  const lines = Promise.withResolvers<readonly string[]>();
  const result = await host.invoke({
    payload,
    requestId: response.requestId,
    clientContext: readClientContext(request),
    onFinished: (ended) => lines.resolve(ended.lines),
  });
  if (result === 'throttled') throw throttledError(host.definition);
  const wantsLog = request.headers['x-amz-log-type'] === 'Tail';
  const logTail = wantsLog ? () => lines.promise.then(encodeLogTail) : undefined;
  if (isStreamed) await streamResult(result, response, logTail, settings.shaping);
  else await sendResult(result, response, logTail);
}

type InvocationType = 'RequestResponse' | 'Event' | 'DryRun';

function readInvocationType({ headers }: AwsRequest, isStreamed: boolean): InvocationType {
  const type = headers['x-amz-invocation-type']?.toString() ?? 'RequestResponse';
  if (type === 'RequestResponse' || type === 'DryRun') return type;
  if (type === 'Event' && !isStreamed) return type;
  throw new AwsError('InvalidParameterValueException', `Unsupported invocation type ${type}.`);
}

function readPayload({ body }: AwsRequest, type: 'RequestResponse' | 'Event'): Buffer {
  const maxBytes = maxPayloadBytes[type];
  if (body.length > maxBytes) {
    const message = `Request must be smaller than ${maxBytes} bytes for the InvokeFunction operation`;
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

function readClientContext({ headers }: AwsRequest): string | undefined {
  const encoded = headers['x-amz-client-context']?.toString();
  if (encoded === undefined) return undefined;
  if (encoded.length > maxClientContextBytes) {
    const message = `Client context must be no more than ${maxClientContextBytes} bytes when base64-encoded.`;
    throw new AwsError('InvalidRequestContentException', message);
  }
  return Buffer.from(encoded, 'base64').toString('utf8');
}

/** Returns the last 4 KB of an invocation's log in Base64. */
function encodeLogTail(lines: readonly string[]): string {
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  return text.subarray(-4096).toString('base64');
}

type LogTail = (() => Promise<string>) | undefined;

/** Sends the result as one body. A failure is marked by a header. */
async function sendResult(
  invocationResult: InvocationResult,
  response: AwsResponse,
  logTail: LogTail,
): Promise<void> {
  const result = await collectResult(invocationResult);
  const isError = result.type === 'error';
  const failed = isError ? { 'x-amz-function-error': 'Unhandled' } : {};
  const log = logTail === undefined ? {} : { 'x-amz-log-result': await logTail() };
  response.start(200, { 'content-type': 'application/json', ...executed, ...failed, ...log });
  response.end(isError ? toErrorPayload(result.error) : result.payload);
}

/** Sends the result as an event stream. The last event reports success or failure. */
async function streamResult(
  result: InvocationResult,
  response: AwsResponse,
  logTail: LogTail,
  shaping: Shaping,
): Promise<void> {
  response.start(200, { 'content-type': 'application/vnd.amazon.eventstream', ...executed });
  let failure: FunctionErrorBody | undefined;
  try {
    if (result.type === 'error') failure = result.error;
    else if (result.type === 'buffered') await response.write(chunkFrame(result.payload));
    else {
      const body = shaping(result.body, 'lambda');
      for await (const bytes of body) await response.write(chunkFrame(bytes));
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
  const errorFields =
    failure === undefined ? {} : { ErrorCode: 'Unhandled', ErrorDetails: toErrorPayload(failure) };
  return encodeFrame(headers, JSON.stringify({ ...errorFields, LogResult }));
}
