import { forwardStream } from '../../../../../server/forward.ts';

export const dynamic = 'force-dynamic';

interface Context {
  readonly params: Promise<{ readonly id: string }>;
}

/** Streams the rest of a live turn, from the position in `?after=`. */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  const path = `/conversations/${encodeURIComponent((await params).id)}/stream`;
  return forwardStream(request, 'conversation-stream', path);
}
