import { beginSignIn } from '../../../server/sign-in/routes.ts';

export const dynamic = 'force-dynamic';

/** Sends the browser to the issuer's sign-in pages. `?return=` is where it goes on afterwards. */
export async function GET(request: Request): Promise<Response> {
  return beginSignIn(request);
}
