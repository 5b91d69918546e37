import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { cutShort, toModelError } from '#aws/bedrock/bedrock-errors.ts';
import {
  streamFrames,
  tapPlace,
  usualPatience,
  type StreamCall,
} from '#aws/bedrock/bedrock-stream.ts';
import { fromConverseFrames } from '#aws/model/converse-events.ts';
import { toConverseRequest } from '#aws/model/converse-request.ts';
import type { Frame } from '#aws/bedrock/event-stream.ts';
import type { Patience } from '#aws/bedrock/watchdog.ts';
import type { Model } from '#domain/model/model.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';

/**
 * A client on HTTP/1.1 with kept connections: the SDK's default HTTP/2 handler ends a broken
 * stream as if it were whole. The socket's timeout only backs up the watchdog, because a reader
 * who takes his time makes a socket idle, too.
 */
export function createBedrockClient(region?: string): BedrockRuntimeClient {
  const requestHandler = new NodeHttpHandler({ connectionTimeout: 3_000, socketTimeout: 120_000 });
  // Trying again is decided in one place, which knows whether a reader has heard anything yet.
  const elsewhere = region === undefined ? {} : { region };
  return new BedrockRuntimeClient({ requestHandler, maxAttempts: 1, ...elsewhere });
}

/** The models of Amazon Bedrock, through ConverseStream. */
export function createBedrockModel(
  client: BedrockRuntimeClient,
  patience: Patience = usualPatience,
): Model {
  return {
    async *stream(request, signal) {
      const send: StreamCall['send'] = (tap, abortSignal) => {
        const command = new ConverseStreamCommand(toConverseRequest(request));
        command.middlewareStack.add(tap, tapPlace);
        return client.send(command, { abortSignal });
      };
      let stopped = false;
      for await (const frames of streamFrames({ send, signal, patience })) {
        for (const event of eventsIn(frames)) {
          yield event;
          if (event.type === 'message-stop') stopped = true;
        }
      }
      if (!stopped) throw cutShort();
    },
  };
}

function* eventsIn(frames: Iterable<Frame>): Generator<StreamEvent, void, undefined> {
  try {
    yield* fromConverseFrames(frames);
  } catch (error) {
    throw toModelError(error);
  }
}
