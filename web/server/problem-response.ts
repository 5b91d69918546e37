import { ChatError, type ErrorCode } from '#domain/errors.ts';
import { problemContentType, toProblem } from '#protocol/http/problem.ts';

/** A problem that the page's own server has to tell. */
export function problemResponse(code: ErrorCode, detail: string): Response {
  const requestId = crypto.randomUUID();
  const problem = toProblem(new ChatError(code, detail), requestId);
  const headers = { 'content-type': problemContentType, 'x-request-id': requestId };
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

/**
 * What the page is told when the function could not be reached; the reason goes to the log. Where
 * the reader has left, nobody is told, and nothing went wrong.
 */
export function upstreamProblem(error: unknown, { aborted }: AbortSignal): Response {
  if (!aborted) console.error('The function is out of reach:', error);
  return problemResponse('model_unavailable', 'The chat service is out of reach.');
}
