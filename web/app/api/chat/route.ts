import { passOnStream } from '../../../server/pass-on.ts';

export const dynamic = 'force-dynamic';

/** Passes a turn on to the chat function and its answer back, piece by piece. */
export async function POST(request: Request): Promise<Response> {
  return passOnStream(request, 'chat', '/chat');
}
