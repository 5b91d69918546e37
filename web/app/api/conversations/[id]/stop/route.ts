import { passOn } from '../../../../../server/pass-on.ts';

export const dynamic = 'force-dynamic';

interface Context {
  readonly params: Promise<{ readonly id: string }>;
}

/** Asks whoever runs the conversation's live turn to stop it. */
export async function POST(request: Request, { params }: Context): Promise<Response> {
  return passOn(request, `/conversations/${encodeURIComponent((await params).id)}/stop`);
}
