import { problemResponse, upstreamProblem } from './problem-response.ts';
import { relayStream } from './relay.ts';
import { responseHeaders } from './response-headers.ts';
import { refuseForeignRequest } from './same-origin.ts';
import { readPerson, type PagePerson } from './sign-in/person.ts';
import { callUpstream, type UpstreamCall, type UpstreamName } from './upstream.ts';

/** Forwards a request to the conversations function and returns its whole response. */
export async function forward(request: Request, path: string): Promise<Response> {
  return respond(request, path, async (call) => {
    const response = await callUpstream('conversations', call);
    const body = response.status === 204 ? null : await response.text();
    return new Response(body, { status: response.status, headers: responseHeaders(response) });
  });
}

/** Forwards a request to a function that streams and returns its response as it arrives. */
export async function forwardStream(
  request: Request,
  name: UpstreamName,
  path: string,
): Promise<Response> {
  return respond(request, path, async (call) => relayStream(await callUpstream(name, call)));
}

async function respond(
  request: Request,
  path: string,
  answer: (call: UpstreamCall) => Promise<Response>,
): Promise<Response> {
  const refusal = refuseForeignRequest(request);
  if (refusal !== undefined) return refusal;
  try {
    const person = await readPerson();
    if (person === undefined) return problemResponse('unauthenticated', 'Sign in to go on.');
    return await answer(await toCall(request, path, person));
  } catch (error) {
    return upstreamProblem(error, request.signal);
  }
}

/** The only request headers that the functions read. */
const forwardedHeaders = ['idempotency-key', 'last-event-id'];

async function toCall(
  request: Request,
  path: string,
  { token }: PagePerson,
): Promise<UpstreamCall> {
  const { method, signal, headers } = request;
  const hasBody = method === 'POST' || method === 'PATCH';
  return {
    method,
    path: `${path}${new URL(request.url).search}`,
    headers: {
      'x-streambed-token': token,
      ...Object.fromEntries(
        forwardedHeaders.flatMap((name) => {
          const value = headers.get(name);
          return value === null ? [] : [[name, value] as const];
        }),
      ),
    },
    signal,
    ...(hasBody ? { body: await request.text() } : {}),
  };
}
