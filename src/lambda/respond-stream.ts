import type { ResponseStream, StreamingHandler } from '#lambda/awslambda.ts';
import { withinDeadline } from '#lambda/deadline.ts';
import { toHttpRequest, withApiCors, type HttpEvent } from '#lambda/http-event.ts';
import type { Answer, HttpResponse, Invocation } from '#api/http/http.ts';
import { startRequestLog } from '#api/log/log.ts';
import { withLogNames, type ReadLogSecret } from '#api/log/log-names.ts';
import { answerOrProblem } from '#api/http/problem-response.ts';
import { writeBody } from '#api/http/write-body.ts';

/** The time reserved to end a turn: a slow reader must receive the rest. */
const marginMs = 10_000;

/** Answers a direct invocation. An error that it throws fails the invocation. */
export type AnswerDirect = (event: unknown, invocation: Invocation) => Promise<object>;

/**
 * Returns a handler that streams its response, for Function URLs and REST APIs. With
 * `answerDirect`, it also answers direct invocations, with one object.
 */
export function respondStream(
  readSecret: ReadLogSecret,
  answer: Answer,
  answerDirect?: AnswerDirect,
): StreamingHandler<HttpEvent> {
  return awslambda.streamifyResponse<HttpEvent>((event, responseStream, context) =>
    withLogNames(readSecret, () =>
      withinDeadline(context, { marginMs }, async (invocation) => {
        const logAnswered = startRequestLog(invocation.requestId);
        if (answerDirect !== undefined && !('requestContext' in event)) {
          responseStream.write(JSON.stringify(await answerDirect(event, invocation)));
          responseStream.end();
          logAnswered(200);
          return;
        }
        const response = await answerOrProblem(answer, toHttpRequest(event), invocation);
        const headers = withApiCors(event, response.headers);
        try {
          await writeResponse(responseStream, { ...response, headers }, invocation.signal);
        } finally {
          // The turn finishes whether or not its reader is still there.
          await response.ended;
          logAnswered(response.status);
        }
      }),
    ),
  );
}

/**
 * Writes a response to Lambda's stream at the reader's pace. Once the signal is aborted, the
 * reader is no longer waited for, so that the body can finish. A body that throws is not ended:
 * Lambda gets the error and closes the reader's connection.
 */
async function writeResponse(
  responseStream: ResponseStream,
  { status, headers, body, ping }: HttpResponse,
  signal: AbortSignal,
): Promise<void> {
  const stream = awslambda.HttpResponseStream.from(responseStream, { statusCode: status, headers });
  // Status and headers are sent with the first write, and never without one.
  stream.write('');
  // No `pipeline`: if its source fails it destroys the stream, which ends the whole process.
  await writeBody(stream, { body, ping }, signal);
  stream.end();
}
