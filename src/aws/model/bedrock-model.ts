import { answerCutShort } from '#domain/errors.ts';
import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { toModelError } from '#aws/bedrock/bedrock-errors.ts';
import {
  streamFrames,
  tapPlace,
  defaultTimeouts,
  type StreamCall,
} from '#aws/bedrock/bedrock-stream.ts';
import { fromConverseFrames } from '#aws/model/converse-events.ts';
import { toConverseRequest } from '#aws/model/converse-request.ts';
import type { Frame } from '#aws/bedrock/event-stream.ts';
import type { StreamTimeouts } from '#aws/bedrock/watchdog.ts';
import { markOutput } from '#domain/model/output-mark.ts';
import type { Model, ModelRequest } from '#domain/model/model.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';

/**
 * Returns a client on HTTP/1.1 with keep-alive: the SDK's default HTTP/2 handler ends a broken
 * stream as if it were complete. The socket timeout only backs up the watchdog, because a slow
 * reader makes a socket idle, too.
 */
export function createBedrockClient(region?: string): BedrockRuntimeClient {
  const requestHandler = new NodeHttpHandler({ connectionTimeout: 3_000, socketTimeout: 120_000 });
  // `withRetry` decides about retries: it knows whether the answer has begun.
  const regionOption = region === undefined ? {} : { region };
  return new BedrockRuntimeClient({ requestHandler, maxAttempts: 1, ...regionOption });
}

/** Returns the models of Amazon Bedrock, called through ConverseStream. */
export function createBedrockModel(
  client: BedrockRuntimeClient,
  timeouts: StreamTimeouts = defaultTimeouts,
): Model {
  return {
    stream: (request, signal) => markOutput(converse(client, request, signal, timeouts)),
  };
}

async function* converse(
  client: BedrockRuntimeClient,
  request: ModelRequest,
  signal: AbortSignal,
  timeouts: StreamTimeouts,
): AsyncGenerator<StreamEvent, void, undefined> {
  const send: StreamCall['send'] = (tap, abortSignal) => {
    const command = new ConverseStreamCommand(toConverseRequest(request));
    command.middlewareStack.add(tap, tapPlace);
    return client.send(command, { abortSignal });
  };
  let hasStopped = false;
  for await (const frames of streamFrames({ send, signal, timeouts })) {
    for (const event of eventsIn(frames)) {
      yield event;
      if (event.type === 'message-stop') hasStopped = true;
    }
  }
  if (!hasStopped) throw answerCutShort();
}

function* eventsIn(frames: Iterable<Frame>): Generator<StreamEvent, void, undefined> {
  try {
    yield* fromConverseFrames(frames);
  } catch (error) {
    throw toModelError(error);
  }
}
