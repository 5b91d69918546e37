import { passOn } from '../../../../server/pass-on.ts';

export const dynamic = 'force-dynamic';

interface Context {
  readonly params: Promise<{ readonly id: string }>;
}

async function handle(request: Request, { params }: Context): Promise<Response> {
  return passOn(request, `/conversations/${encodeURIComponent((await params).id)}`);
}

/** One conversation: read it, give it another title, remove it. */
export { handle as GET, handle as PATCH, handle as DELETE };
