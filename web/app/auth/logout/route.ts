import { signOut } from '../../../server/sign-in/routes.ts';

export const dynamic = 'force-dynamic';

/** Signs out: here, or in all browsers with `{"everywhere":true}`. Returns where to go on. */
export async function POST(request: Request): Promise<Response> {
  return signOut(request);
}
