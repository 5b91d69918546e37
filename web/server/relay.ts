import { passedHeaders } from './passed-headers.ts';

/**
 * Passes an answer on as it comes. When the connection behind breaks off, so does this one: a
 * reader must not take that for an end, and can read on.
 */
export function relayStream(answer: Response): Response {
  return new Response(answer.body, { status: answer.status, headers: passedHeaders(answer) });
}
