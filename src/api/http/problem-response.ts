import { toChatError } from '#domain/errors.ts';
import { ownerOf } from '#domain/identity.ts';
import type { Answer, HttpRequest, HttpResponse, Invocation } from '#api/http/http.ts';
import { describeCause, logError } from '#api/log/log.ts';
import { logAbout } from '#api/log/log-names.ts';
import { problemContentType, toProblem } from '#protocol/http/problem.ts';

/** Returns the response to a request, or a problem response. Never throws. */
export async function answerOrProblem(
  answer: Answer,
  request: HttpRequest,
  invocation: Invocation,
): Promise<HttpResponse> {
  logAbout({ owner: ownerOf(request.caller, true) });
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

/** Returns an error as a response. The caller logs the cause. */
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
