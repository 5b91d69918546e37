import { ChatError, type ErrorCode } from '#domain/errors.ts';
import { problemContentType, toProblem } from '#protocol/http/problem.ts';

/** Returns an error of the page's own server, in the format that the functions use. */
export function problemResponse(code: ErrorCode, detail: string): Response {
  const requestId = crypto.randomUUID();
  const problem = toProblem(new ChatError(code, detail), requestId);
  const headers = { 'content-type': problemContentType, 'x-request-id': requestId };
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

/**
 * Returns the response for a function that could not be reached. Logs the cause, unless the
 * request was aborted: then the reader has left, and nothing went wrong.
 */
export function upstreamProblem(error: unknown, { aborted }: AbortSignal): Response {
  if (!aborted) console.error('The function cannot be reached:', error);
  return problemResponse('model_unavailable', 'The chat service cannot be reached.');
}
