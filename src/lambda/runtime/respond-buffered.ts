import type { LambdaContext } from '#lambda/runtime/awslambda.ts';
import { withinDeadline } from '#lambda/runtime/deadline.ts';
import { toHttpRequest, type HttpEvent } from '#lambda/runtime/http-event.ts';
import type { Answer, HttpResponse, Invocation } from '#lambda/runtime/http.ts';
import { answerOrProblem, problemResponse } from '#lambda/runtime/problem-response.ts';

/** What a proxy integration or a buffered Function URL wants back. */
export interface ProxyResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What is left when a turn has to end: enough for one write to the table. */
const marginMs = 3_000;

/** A handler that gives its answer in one piece, for Function URLs and REST APIs alike. */
export function respondBuffered(
  answer: Answer,
): (event: HttpEvent, context: LambdaContext) => Promise<ProxyResult> {
  return (event, context) =>
    withinDeadline(context, marginMs, async (invocation) => {
      const response = await answerOrProblem(answer, toHttpRequest(event), invocation);
      return toResult(response, invocation);
    });
}

/** A body that breaks off half way is no answer at all when nothing has gone out yet. */
async function toResult(response: HttpResponse, { requestId }: Invocation): Promise<ProxyResult> {
  try {
    return await collect(response);
  } catch (error) {
    return await collect(problemResponse(error, requestId, response.headers));
  } finally {
    // Nothing runs on once an answer is returned.
    await response.ended;
  }
}

async function collect({ status, headers, body }: HttpResponse): Promise<ProxyResult> {
  const text = typeof body === 'string' ? body : (await Array.fromAsync(body)).join('');
  return { statusCode: status, headers, body: text };
}
