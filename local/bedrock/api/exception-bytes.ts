import type { ExceptionFault } from '#local/bedrock/turn/answer.ts';
import { exceptionFrame } from '#local/wire/event-stream.ts';

/** Returns the frame of an exception. Its payload has the members without a wrapper or padding. */
export function exceptionBytes({ exception, message, members }: ExceptionFault): Buffer {
  return exceptionFrame(exception, JSON.stringify({ message, ...members }));
}
