import { once } from 'node:events';
import type { ResponseStream, StreamingHandler } from '#lambda/runtime/awslambda.ts';
import { withinDeadline } from '#lambda/runtime/deadline.ts';
import { toHttpRequest, type HttpEvent } from '#lambda/runtime/http-event.ts';
import type { Answer, HttpResponse, Invocation } from '#lambda/runtime/http.ts';
import { answerOrProblem } from '#lambda/runtime/problem-response.ts';

/** Proxies and gateways close a connection after 30 s of silence at the earliest. */
const heartbeatMs = 12_000;

/** What is left when a turn has to end: a reader may be slow to take the rest. */
const marginMs = 10_000;

/** Answers an event that came through no door, but by Invoke. What it throws fails the invocation. */
export type AnswerDirect = (event: unknown, invocation: Invocation) => Promise<object>;

/**
 * A handler that streams its answer, for Function URLs and REST APIs alike; and, where it is told
 * how, for direct invocations, with one object.
 */
export function respondStream(
  answer: Answer,
  answerDirect?: AnswerDirect,
): StreamingHandler<HttpEvent> {
  return awslambda.streamifyResponse<HttpEvent>((event, responseStream, context) =>
    withinDeadline(context, marginMs, async (invocation) => {
      if (answerDirect !== undefined && !('requestContext' in event)) {
        responseStream.write(JSON.stringify(await answerDirect(event, invocation)));
        responseStream.end();
        return;
      }
      const response = await answerOrProblem(answer, toHttpRequest(event), invocation);
      try {
        await writeResponse(responseStream, response, invocation.signal);
      } finally {
        // What is left to do for a turn is done whether or not its reader is still there.
        await response.ended;
      }
    }),
  );
}

/**
 * Writes an answer to Lambda's stream at the pace of its reader, until the signal says that time
 * is up: from then on nobody is waited for, so that the body can come to its end. A body that
 * throws is not ended but breaks off: Lambda gets the error and closes the reader's connection.
 */
async function writeResponse(
  responseStream: ResponseStream,
  { status, headers, body, ping }: HttpResponse,
  signal: AbortSignal,
): Promise<void> {
  const stream = awslambda.HttpResponseStream.from(responseStream, { statusCode: status, headers });
  // Status and headers go out with the first write, and without one not at all.
  stream.write('');
  const heartbeat = startHeartbeat(stream, ping);
  try {
    // No `pipeline`: when its source fails it destroys the stream, which ends the whole process.
    for await (const chunk of typeof body === 'string' ? [body] : body) {
      if (chunk === '') continue;
      if (!stream.write(chunk)) await drained(stream, signal);
      heartbeat.refresh();
    }
  } finally {
    clearInterval(heartbeat);
  }
  stream.end();
}

async function drained(stream: ResponseStream, signal: AbortSignal): Promise<void> {
  try {
    await once(stream, 'drain', { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function startHeartbeat(stream: ResponseStream, ping: string | undefined): NodeJS.Timeout {
  return setInterval(() => {
    if (ping !== undefined && !stream.writableNeedDrain) stream.write(ping);
  }, heartbeatMs);
}
