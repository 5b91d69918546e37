import { answerAsPerson } from './as-person.ts';
import { problemResponse } from './problem-response.ts';
import { relayStream } from './relay.ts';
import { responseHeaders } from './response-headers.ts';
import { isForwarded } from './rest-routes.ts';
import type { PagePerson } from './sign-in/person.ts';
import { callRestApi, callUpstream, type UpstreamCall, type UpstreamName } from './upstream.ts';

/** Forwards a request to the conversations function and returns its whole response. */
export async function forward(request: Request, path: string): Promise<Response> {
  return respond(request, path, async (call, { token }) =>
    wholeResponse(await callUpstream('conversations', withToken(call, token))),
  );
}

/** Forwards a request to the REST API as the person, and returns its whole response. */
export async function forwardToRestApi(request: Request, path: string): Promise<Response> {
  if (!isForwarded(request.method, path)) {
    return problemResponse('not_found', `There is no ${request.method} ${path}.`);
  }
  return respond(request, path, async (call, { token }) =>
    wholeResponse(await callRestApi(call, token)),
  );
}

async function wholeResponse(response: Response): Promise<Response> {
  const body = response.status === 204 ? null : await response.text();
  return new Response(body, { status: response.status, headers: responseHeaders(response) });
}

/** Forwards a request to a function that streams and returns its response as it arrives. */
export async function forwardStream(
  request: Request,
  name: UpstreamName,
  path: string,
): Promise<Response> {
  return respond(request, path, async (call, { token }) =>
    relayStream(await callUpstream(name, withToken(call, token))),
  );
}

async function respond(
  request: Request,
  path: string,
  answer: (call: UpstreamCall, person: PagePerson) => Promise<Response>,
): Promise<Response> {
  return answerAsPerson(request, async (person) => answer(await toCall(request, path), person));
}

/** The only request headers that the functions read. */
const forwardedHeaders = ['idempotency-key', 'last-event-id'];

async function toCall(request: Request, path: string): Promise<UpstreamCall> {
  const { method, signal, headers } = request;
  const hasBody = method === 'POST' || method === 'PATCH' || method === 'PUT';
  return {
    method,
    path: `${path}${new URL(request.url).search}`,
    headers: Object.fromEntries(
      forwardedHeaders.flatMap((name) => {
        const value = headers.get(name);
        return value === null ? [] : [[name, value] as const];
      }),
    ),
    signal,
    ...(hasBody ? { body: await request.text() } : {}),
  };
}

/** The function verifies the token, and so knows the person behind the page's own signature. */
function withToken(call: UpstreamCall, token: string): UpstreamCall {
  return { ...call, headers: { ...call.headers, 'x-streambed-token': token } };
}
