import { passedHeaders } from './passed-headers.ts';
import { upstreamProblem } from './problem-response.ts';
import { refuseStrangers } from './same-origin.ts';
import { callUpstream } from './upstream.ts';

/** Passes a request on to the conversations function, and its answer back. */
export async function passOn(request: Request, path: string): Promise<Response> {
  const refusal = refuseStrangers(request);
  if (refusal !== undefined) return refusal;
  const { method, signal } = request;
  const { search } = new URL(request.url);
  try {
    const body = method === 'PATCH' ? { body: await request.text() } : {};
    const call = { method, path: `${path}${search}`, signal, ...body };
    const answer = await callUpstream('conversations', call);
    const content = answer.status === 204 ? null : await answer.text();
    return new Response(content, { status: answer.status, headers: passedHeaders(answer) });
  } catch (error) {
    return upstreamProblem(error, signal);
  }
}
