import { forwardToRestApi } from '../../../server/forward.ts';

export const dynamic = 'force-dynamic';

interface Context {
  readonly params: Promise<{ readonly path: readonly string[] }>;
}

async function handle(request: Request, { params }: Context): Promise<Response> {
  const { path } = await params;
  return forwardToRestApi(request, `/${path.map(encodeURIComponent).join('/')}`);
}

/** Whatever has no route of its own here: the routes of the REST API that do not stream. */
export { handle as GET, handle as POST, handle as PUT, handle as PATCH, handle as DELETE };
