import { passedHeaders } from './passed-headers.ts';
import { upstreamProblem } from './problem-response.ts';
import { relayStream } from './relay.ts';
import { refuseStrangers } from './same-origin.ts';
import { callUpstream, type UpstreamCall, type UpstreamName } from './upstream.ts';

/** Passes a request on to the conversations function, and its answer back. */
export async function passOn(request: Request, path: string): Promise<Response> {
  return answerFrom(request, async () => {
    const answer = await callUpstream('conversations', await toCall(request, path));
    const content = answer.status === 204 ? null : await answer.text();
    return new Response(content, { status: answer.status, headers: passedHeaders(answer) });
  });
}

/** Passes a request on to a function that streams, and its answer back, piece by piece. */
export async function passOnStream(
  request: Request,
  name: UpstreamName,
  path: string,
): Promise<Response> {
  return answerFrom(request, async () =>
    relayStream(await callUpstream(name, await toCall(request, path))),
  );
}

async function answerFrom(request: Request, pass: () => Promise<Response>): Promise<Response> {
  const refusal = refuseStrangers(request);
  if (refusal !== undefined) return refusal;
  try {
    return await pass();
  } catch (error) {
    return upstreamProblem(error, request.signal);
  }
}

/** Of the headers only those go on that say something to the functions. */
const passedOn = ['idempotency-key', 'last-event-id'];

async function toCall(request: Request, path: string): Promise<UpstreamCall> {
  const { method, signal, headers } = request;
  const hasBody = method === 'POST' || method === 'PATCH';
  return {
    method,
    path: `${path}${new URL(request.url).search}`,
    headers: Object.fromEntries(
      passedOn.flatMap((name) => {
        const value = headers.get(name);
        return value === null ? [] : [[name, value] as const];
      }),
    ),
    signal,
    ...(hasBody ? { body: await request.text() } : {}),
  };
}
