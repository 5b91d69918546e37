import { text } from 'node:stream/consumers';
import type {
  ContentBlockDeltaEvent,
  ConverseStreamCommandInput,
  ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime';
import {
  extendedEncodeURIComponent,
  loadRestJsonErrorCode,
  type HttpResponse,
} from '@smithy/core/protocols';
import { fromBase64 } from '@smithy/core/serde';
import { toFailure } from '#aws/bedrock/bedrock-stream.ts';
import { bedrockTimeouts, type ConverseClient } from '#aws/bedrock/converse-client.ts';
import { createFrameDecoder, type Frame } from '#aws/bedrock/event-stream.ts';
import { lambdaConfig, type ServiceConfig } from '#aws/request/service-config.ts';
import {
  createSignedSender,
  type JsonRequest,
  type SenderTimeouts,
} from '#aws/request/signed-sender.ts';
import { valueAt } from '#domain/json.ts';

/**
 * Returns the client of a function on Lambda. It sends and reads as the AWS SDK does, which its
 * tests compare, in a fraction of the time and of the code. There are no retries: `withRetry` knows
 * whether the answer has begun.
 */
export function createHttpConverse(
  config: ServiceConfig = lambdaConfig('bedrock-runtime'),
  timeouts: SenderTimeouts = bedrockTimeouts,
): ConverseClient {
  const send = createSignedSender(config, timeouts);
  return {
    async stream(input, signal) {
      const response = await send(toRequest(input), signal);
      if (response.statusCode >= 300) throw await toServiceError(response);
      return readEvents(response.body);
    },
  };
}

function toRequest({ modelId, ...members }: ConverseStreamCommandInput): JsonRequest {
  if (modelId === undefined) throw new Error('No value provided for input HTTP label: modelId.');
  return {
    path: `/model/${extendedEncodeURIComponent(modelId)}/converse-stream`,
    headers: { 'content-type': 'application/json', ...traceHeader() },
    json: JSON.stringify(members, withBase64),
  };
}

/** Lambda sets the trace of each invocation. A service that sees its own trace detects recursion. */
function traceHeader(): Readonly<Record<string, string>> {
  const { AWS_LAMBDA_FUNCTION_NAME: name = '', _X_AMZN_TRACE_ID: trace = '' } = process.env;
  return name === '' || trace === '' ? {} : { 'x-amzn-trace-id': trace };
}

/** Sees a Buffer only through its parent, because it has a JSON form of its own. */
function withBase64(this: unknown, key: string, value: unknown): unknown {
  const bytes = value instanceof Uint8Array ? value : valueAt(this, [key]);
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('base64') : value;
}

/** Returns the error in a response, named as the SDK names it, with all members of its body. */
async function toServiceError(response: HttpResponse): Promise<unknown> {
  const { statusCode, headers, body } = response;
  const $metadata = { httpStatusCode: statusCode, requestId: headers['x-amzn-requestid'] };
  try {
    const json = await text(body);
    const { Message, ...members }: ErrorBody = json === '' ? {} : { ...JSON.parse(json) };
    const said = members.message ?? Message;
    const message = typeof said === 'string' ? said : 'UnknownError';
    const name = loadRestJsonErrorCode(response, members) ?? 'Unknown';
    const $fault = statusCode < 500 ? 'client' : 'server';
    return Object.assign(new Error(message), { ...members, name, message, $fault, $metadata });
  } catch (error) {
    // The connection broke, or the answer is not from Bedrock.
    return Object.assign(error instanceof Error ? error : {}, { $metadata });
  }
}

interface ErrorBody {
  readonly message?: unknown;
  readonly Message?: unknown;
}

/**
 * Reads the events in the body of a response, in batches of those that arrived together. Throws what
 * an exception in the stream says, or if the bytes are damaged.
 */
export async function* readEvents(
  body: AsyncIterable<Buffer>,
): AsyncGenerator<Iterable<ConverseStreamOutput>, void, undefined> {
  const decoder = createFrameDecoder();
  for await (const chunk of body) yield eventsIn(decoder.add(chunk));
  decoder.end();
}

function* eventsIn(frames: Iterable<Frame>): Generator<ConverseStreamOutput, void, undefined> {
  for (const frame of frames) {
    const failure = toFailure(frame);
    if (failure !== undefined) throw failure;
    const event = toEvent(frame);
    if (event !== undefined) yield event;
  }
}

/**
 * Returns the event in a frame; undefined for types that Bedrock may add later. The payload is the
 * bare union member, so its type follows from the service model.
 */
function toEvent({ headers, payload }: Frame): ConverseStreamOutput | undefined {
  const json = payload === '' ? '{}' : payload;
  switch (headers.get(':event-type')) {
    case 'contentBlockDelta':
      return { contentBlockDelta: withBlobs(JSON.parse(json)) };
    case 'contentBlockStart':
      return { contentBlockStart: JSON.parse(json) };
    case 'contentBlockStop':
      return { contentBlockStop: JSON.parse(json) };
    case 'messageStart':
      return { messageStart: JSON.parse(json) };
    case 'messageStop':
      return { messageStop: JSON.parse(json) };
    case 'metadata':
      return { metadata: JSON.parse(json) };
    case undefined:
      throw new Error('An event of the stream has no type');
    default:
      return undefined;
  }
}

/** Decodes the two members that are bytes, in place. Throws if they are not Base64. */
function withBlobs(event: ContentBlockDeltaEvent): ContentBlockDeltaEvent {
  const { reasoningContent, image } = event.delta ?? {};
  if (reasoningContent !== undefined) decodeBlob(reasoningContent, 'redactedContent');
  if (image?.source !== undefined) decodeBlob(image.source, 'bytes');
  return event;
}

function decodeBlob(parent: object, name: string): void {
  const base64 = valueAt(parent, [name]);
  if (typeof base64 === 'string') Object.assign(parent, { [name]: fromBase64(base64) });
}
