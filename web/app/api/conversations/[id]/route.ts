import { forward } from '../../../../server/forward.ts';

export const dynamic = 'force-dynamic';

interface Context {
  readonly params: Promise<{ readonly id: string }>;
}

async function handle(request: Request, { params }: Context): Promise<Response> {
  return forward(request, `/conversations/${encodeURIComponent((await params).id)}`);
}

/** Reads, renames or deletes one conversation. */
export { handle as GET, handle as PATCH, handle as DELETE };
