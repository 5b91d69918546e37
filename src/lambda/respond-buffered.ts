import type { LambdaContext } from '#lambda/awslambda.ts';
import { withinDeadline } from '#lambda/deadline.ts';
import { toHttpRequest, withApiCors, type HttpEvent } from '#lambda/http-event.ts';
import type { Answer, HttpResponse, Invocation } from '#api/http/http.ts';
import { startRequestLog } from '#api/log/log.ts';
import { withLogNames, type ReadLogSecret } from '#api/log/log-names.ts';
import { answerOrProblem, problemResponse } from '#api/http/problem-response.ts';

/** The result that a proxy integration or a buffered Function URL expects. */
export interface ProxyResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The time reserved to end a turn: enough for one write to the table. */
const marginMs = 3_000;

/** Returns a handler that responds in one piece, for Function URLs and REST APIs. */
export function respondBuffered(
  readSecret: ReadLogSecret,
  answer: Answer,
): (event: HttpEvent, context: LambdaContext) => Promise<ProxyResult> {
  const respond = async (event: HttpEvent, invocation: Invocation): Promise<ProxyResult> => {
    const logAnswered = startRequestLog(invocation.requestId);
    const response = await answerOrProblem(answer, toHttpRequest(event), invocation);
    const result = await toResult(response, invocation);
    logAnswered(result.statusCode);
    return { ...result, headers: withApiCors(event, result.headers) };
  };
  return (event, context) =>
    withLogNames(readSecret, () =>
      withinDeadline(context, { marginMs, isBuffered: true }, (invocation) =>
        respond(event, invocation),
      ),
    );
}

/** A body that fails midway becomes an error response, because nothing has been sent yet. */
async function toResult(response: HttpResponse, { requestId }: Invocation): Promise<ProxyResult> {
  try {
    return await collect(response);
  } catch (error) {
    return await collect(problemResponse(error, requestId, response.headers));
  } finally {
    // Lambda freezes the environment once the response is returned.
    await response.ended;
  }
}

async function collect({ status, headers, body }: HttpResponse): Promise<ProxyResult> {
  const text = typeof body === 'string' ? body : (await Array.fromAsync(body)).join('');
  return { statusCode: status, headers, body: text };
}
