import { toChatError } from '#domain/errors.ts';
import type { Answer, HttpRequest, HttpResponse, Invocation } from '#lambda/runtime/http.ts';
import { describeCause, logError } from '#lambda/runtime/log.ts';
import { problemContentType, toProblem } from '#protocol/http/problem.ts';

/** The answer to a request, or the problem that it ran into; never throws. */
export async function answerOrProblem(
  answer: Answer,
  request: HttpRequest,
  invocation: Invocation,
): Promise<HttpResponse> {
  try {
    return await answer(request, invocation);
  } catch (error) {
    const { requestId } = invocation;
    const response = problemResponse(error, requestId);
    if (response.status >= 500) {
      const { code } = toChatError(error);
      logError('request failed', { requestId, code, cause: describeCause(toChatError(error)) });
    }
    return response;
  }
}

/** An error as the whole answer. Its cause is for the log, and left to the caller. */
export function problemResponse(
  caught: unknown,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const error = toChatError(caught);
  const problem = toProblem(error, requestId);
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
