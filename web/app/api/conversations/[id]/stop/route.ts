import { forward } from '../../../../../server/forward.ts';

export const dynamic = 'force-dynamic';

interface Context {
  readonly params: Promise<{ readonly id: string }>;
}

/** Requests that the conversation's live turn be stopped. */
export async function POST(request: Request, { params }: Context): Promise<Response> {
  return forward(request, `/conversations/${encodeURIComponent((await params).id)}/stop`);
}
