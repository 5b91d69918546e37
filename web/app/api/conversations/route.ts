import { passOn } from '../../../server/pass-on.ts';

export const dynamic = 'force-dynamic';

/** The reader's conversations, a page at a time. */
export async function GET(request: Request): Promise<Response> {
  return passOn(request, '/conversations');
}
