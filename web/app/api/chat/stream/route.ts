import { forwardStream } from '../../../../server/forward.ts';

export const dynamic = 'force-dynamic';

/** Starts a turn. Streams its answer from the chat function. */
export async function POST(request: Request): Promise<Response> {
  return forwardStream(request, 'chat', '/chat');
}
