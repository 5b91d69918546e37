import { refuseStrangers } from './same-origin.ts';
import { callUpstream, upstreamProblem } from './upstream.ts';

/** Passes a request on to the conversations function, and its answer back. */
export async function passOn(request: Request, path: string): Promise<Response> {
  const refusal = refuseStrangers(request);
  if (refusal !== undefined) return refusal;
  const { method, signal } = request;
  const { search } = new URL(request.url);
  try {
    const body = method === 'PATCH' ? { body: await request.text() } : {};
    const answer = await callUpstream('conversations', {
      method,
      path: `${path}${search}`,
      signal,
      ...body,
    });
    const headers = { 'content-type': answer.headers.get('content-type') ?? 'application/json' };
    const content = answer.status === 204 ? null : await answer.text();
    return new Response(content, { status: answer.status, headers });
  } catch (error) {
    return upstreamProblem(error, request.signal);
  }
}
