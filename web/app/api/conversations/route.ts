import { forward } from '../../../server/forward.ts';

export const dynamic = 'force-dynamic';

/** Returns one page of the reader's conversations. */
export async function GET(request: Request): Promise<Response> {
  return forward(request, '/conversations');
}
