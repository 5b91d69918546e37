import { once } from 'node:events';
import type { ResponseStream, StreamingHandler } from '#lambda/awslambda.ts';
import { withinDeadline } from '#lambda/deadline.ts';
import { toHttpRequest, type HttpEvent } from '#lambda/http-event.ts';
import type { Answer, HttpResponse } from '#lambda/http.ts';
import { answerOrProblem } from '#lambda/problem-response.ts';

/** Proxies and gateways close a connection after 30 s of silence at the earliest. */
const heartbeatMs = 12_000;

/** A handler that streams its answer, for Function URLs and REST APIs alike. */
export function respondStream(answer: Answer): StreamingHandler<HttpEvent> {
  return awslambda.streamifyResponse<HttpEvent>((event, responseStream, context) =>
    withinDeadline(context, async (invocation) => {
      const response = await answerOrProblem(answer, toHttpRequest(event), invocation);
      await writeResponse(responseStream, response);
    }),
  );
}

/**
 * Writes an answer to Lambda's stream at the pace of its reader. A body that throws is not ended
 * but breaks off: the error goes to Lambda, which closes the reader's connection with it.
 */
async function writeResponse(
  responseStream: ResponseStream,
  { status, headers, body, ping }: HttpResponse,
): Promise<void> {
  const stream = awslambda.HttpResponseStream.from(responseStream, { statusCode: status, headers });
  // Status and headers go out with the first write, and without one not at all.
  stream.write('');
  const heartbeat = startHeartbeat(stream, ping);
  try {
    // No `pipeline`: when its source fails it destroys the stream, which ends the whole process.
    for await (const chunk of typeof body === 'string' ? [body] : body) {
      if (chunk === '') continue;
      if (!stream.write(chunk)) await once(stream, 'drain');
      heartbeat.refresh();
    }
  } finally {
    clearInterval(heartbeat);
  }
  stream.end();
}

function startHeartbeat(stream: ResponseStream, ping: string | undefined): NodeJS.Timeout {
  return setInterval(() => {
    if (ping !== undefined) stream.write(ping);
  }, heartbeatMs);
}
