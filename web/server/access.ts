import { problemResponse, upstreamProblem } from './problem-response.ts';
import { refuseForeignRequest } from './same-origin.ts';
import { readPerson } from './sign-in/person.ts';
import { readPageSettings } from './sign-in/settings.ts';

/**
 * Returns the token with which the browser calls the REST API as the person, and for how many
 * milliseconds it is valid. Only where the deployment lets browsers do so.
 */
export async function giveAccess(request: Request): Promise<Response> {
  const refusal = refuseForeignRequest(request);
  if (refusal !== undefined) return refusal;
  try {
    if (readPageSettings().calls.type === 'server') {
      return problemResponse('not_found', 'The browser does not call the API of this page.');
    }
    const person = await readPerson();
    if (person === undefined) return problemResponse('unauthenticated', 'Sign in to go on.');
    const { token, expiresAtMs } = person;
    return Response.json(
      { token, valid_ms: expiresAtMs - Date.now() },
      { headers: { 'cache-control': 'no-store' } },
    );
  } catch (error) {
    return upstreamProblem(error, request.signal);
  }
}
