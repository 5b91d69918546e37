import { answerCutShort } from '#domain/errors.ts';
import { toModelError } from '#aws/bedrock/bedrock-errors.ts';
import { defaultTimeouts, watchStream } from '#aws/bedrock/bedrock-stream.ts';
import type { ConverseClient } from '#aws/bedrock/converse-client.ts';
import { fromConverseEvents } from '#aws/model/converse-events.ts';
import { toConverseRequest } from '#aws/model/converse-request.ts';
import type { StreamTimeouts } from '#aws/bedrock/watchdog.ts';
import { markOutput } from '#domain/model/output-mark.ts';
import type { Model, ModelRequest } from '#domain/model/model.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';

/** Returns the models of Amazon Bedrock, called through ConverseStream. */
export function createBedrockModel(
  client: ConverseClient,
  timeouts: StreamTimeouts = defaultTimeouts,
): Model {
  return {
    stream: (request, signal) => markOutput(converse(client, request, signal, timeouts)),
  };
}

async function* converse(
  client: ConverseClient,
  request: ModelRequest,
  signal: AbortSignal,
  timeouts: StreamTimeouts,
): AsyncGenerator<StreamEvent, void, undefined> {
  const batches = watchStream({ signal, timeouts }, (abortSignal) =>
    client.stream(toConverseRequest(request), abortSignal),
  );
  let hasStopped = false;
  for await (const batch of batches) {
    for (const event of eventsIn(batch)) {
      yield event;
      if (event.type === 'message-stop') hasStopped = true;
    }
  }
  if (!hasStopped) throw answerCutShort();
}

function* eventsIn(
  batch: Parameters<typeof fromConverseEvents>[0],
): Generator<StreamEvent, void, undefined> {
  try {
    yield* fromConverseEvents(batch);
  } catch (error) {
    throw toModelError(error);
  }
}
