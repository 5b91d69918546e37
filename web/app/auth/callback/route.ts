import { completeSignIn } from '../../../server/sign-in/routes.ts';

export const dynamic = 'force-dynamic';

/** Where the issuer sends the browser back. Begins a session. */
export async function GET(request: Request): Promise<Response> {
  return completeSignIn(request);
}
