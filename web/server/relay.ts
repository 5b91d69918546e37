import { ChatError } from '#domain/errors.ts';
import { createUiEncoding } from '#protocol/ui-message-stream.ts';
import { passedHeaders } from './passed-headers.ts';

/**
 * Passes an answer on as it comes, no faster than it is read. When the connection behind breaks
 * off, a reader of the `ui` format is told so in the stream; when the reader leaves, `signal` ends
 * the connection behind.
 */
export function relayStream(answer: Response, signal: AbortSignal): Response {
  const headers = passedHeaders(answer);
  const { status, body } = answer;
  if (body === null) return new Response(null, { status, headers });
  const isUi = headers.has('x-vercel-ai-ui-message-stream');
  const chunks = body.getReader();
  let held: Uint8Array = new Uint8Array();
  const relayed = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.read();
          if (done) return controller.close();
          const { whole, rest } = isUi ? splitFrames(held, value) : { whole: value, rest: held };
          held = rest;
          controller.enqueue(whole);
        } catch (error) {
          if (signal.aborted || !isUi) return controller.error(error);
          controller.enqueue(lastWords(headers.get('x-request-id') ?? ''));
          controller.close();
        }
      },
      cancel: (reason) => chunks.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return new Response(relayed, { status, headers });
}

const lineFeed = 10;

/** Half a frame waits for its other half: were it the last, what follows could not be read. */
function splitFrames(held: Uint8Array, value: Uint8Array): { whole: Uint8Array; rest: Uint8Array } {
  const bytes = new Uint8Array([...held, ...value]);
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] !== lineFeed || bytes[end - 2] !== lineFeed)) end -= 1;
  return { whole: bytes.subarray(0, end), rest: bytes.subarray(end) };
}

function lastWords(requestId: string): Uint8Array {
  const error = new ChatError('internal', 'The connection to the model was lost.');
  return new TextEncoder().encode(createUiEncoding(requestId).encode({ type: 'error', error }));
}
