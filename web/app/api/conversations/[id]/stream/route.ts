import { passOnStream } from '../../../../../server/pass-on.ts';

export const dynamic = 'force-dynamic';

interface Context {
  readonly params: Promise<{ readonly id: string }>;
}

/** The rest of a turn, from `?after=` on, while it is being written. */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  const path = `/conversations/${encodeURIComponent((await params).id)}/stream`;
  return passOnStream(request, 'conversation-stream', path);
}
