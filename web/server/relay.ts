import { ChatError } from '#domain/errors.ts';
import { createUiEncoding } from '#protocol/ui-message-stream.ts';

const passedOn = [
  'content-type',
  'cache-control',
  'retry-after',
  'x-accel-buffering',
  'x-request-id',
  'x-streambed-conversation-id',
  'x-streambed-turn-id',
  'x-vercel-ai-ui-message-stream',
];

/**
 * Passes an answer on as it comes, no faster than it is read. When the connection behind breaks,
 * the reader is told so in the stream; when the reader leaves, `signal` ends the connection behind.
 */
export function relayStream(answer: Response, signal: AbortSignal): Response {
  const headers = new Headers();
  for (const name of passedOn) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const { status, body } = answer;
  if (body === null) return new Response(null, { status, headers });
  const isEvents = headers.get('content-type')?.startsWith('text/event-stream') === true;
  const chunks = body.getReader();
  const relayed = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          if (signal.aborted || !isEvents) controller.error(error);
          else endWithError(controller, headers.get('x-request-id') ?? '');
        }
      },
      cancel: (reason) => chunks.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return new Response(relayed, { status, headers });
}

function endWithError(
  controller: ReadableStreamDefaultController<Uint8Array>,
  requestId: string,
): void {
  const error = new ChatError('internal', 'The connection to the model was lost.');
  // Whatever came last may be half a frame: the blank line ends it.
  const ending = `\n\n${createUiEncoding(requestId).encode({ type: 'error', error })}`;
  controller.enqueue(new TextEncoder().encode(ending));
  controller.close();
}
