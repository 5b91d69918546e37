import { toChatError } from '#domain/errors.ts';
import type { Answer, HttpRequest, HttpResponse, Invocation } from '#lambda/http.ts';
import { describeCause, logError } from '#lambda/log.ts';
import { problemContentType, toProblem } from '#protocol/problem.ts';

/** The answer to a request, or the problem that it ran into; never throws. */
export async function answerOrProblem(
  answer: Answer,
  request: HttpRequest,
  invocation: Invocation,
): Promise<HttpResponse> {
  try {
    return await answer(request, invocation);
  } catch (error) {
    return problemResponse(error, invocation.requestId);
  }
}

/** An error as the whole answer, its cause in the log under the same request id. */
export function problemResponse(
  caught: unknown,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const error = toChatError(caught);
  const problem = toProblem(error, requestId);
  if (problem.status >= 500) {
    logError('request failed', { requestId, code: error.code, cause: describeCause(error) });
  }
  const { retryAfterSeconds } = error;
  return {
    status: problem.status,
    headers: {
      ...headers,
      'content-type': problemContentType,
      'cache-control': 'no-store',
      'x-request-id': requestId,
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
    body: JSON.stringify(problem),
  };
}
