import type { ExceptionFault } from '#local/bedrock/turn/answer.ts';
import { exceptionFrame } from '#local/wire/event-stream.ts';

/** An exception's frame; the payload has its members bare. */
export function exceptionBytes({ exception, message, originalStatusCode }: ExceptionFault): Buffer {
  return exceptionFrame(exception, JSON.stringify({ message, originalStatusCode }));
}
