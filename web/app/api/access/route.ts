import { giveAccess } from '../../../server/access.ts';

export const dynamic = 'force-dynamic';

/** Gives the browser a token for the REST API. */
export async function POST(request: Request): Promise<Response> {
  return giveAccess(request);
}
