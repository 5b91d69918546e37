import { upstreamProblem } from '../../../server/problem-response.ts';
import { relayStream } from '../../../server/relay.ts';
import { refuseStrangers } from '../../../server/same-origin.ts';
import { callUpstream } from '../../../server/upstream.ts';

export const dynamic = 'force-dynamic';

/** Passes a turn on to the chat function and its answer back, piece by piece. */
export async function POST(request: Request): Promise<Response> {
  const refusal = refuseStrangers(request);
  if (refusal !== undefined) return refusal;
  try {
    const answer = await callUpstream('chat', {
      method: 'POST',
      path: '/chat',
      body: await request.text(),
      signal: request.signal,
    });
    return relayStream(answer, request.signal);
  } catch (error) {
    return upstreamProblem(error, request.signal);
  }
}
