import { answerAsPerson } from '../as-person.ts';
import { problemResponse } from '../problem-response.ts';
import type { PagePerson } from '../sign-in/person.ts';
import { createSigner, requireVariable } from '../upstream.ts';

/**
 * Answers a request of a person where the system is that of `npm start`, and with a 404 elsewhere.
 * The answer is not stored by browsers.
 */
export async function answerLocally(
  request: Request,
  answer: (person: PagePerson) => Promise<Response>,
): Promise<Response> {
  const response = await answerAsPerson(request, async (person) =>
    (process.env['LOCAL_SYSTEM_URL'] ?? '') === ''
      ? problemResponse('not_found', 'This is only there in a local system.')
      : answer(person),
  );
  response.headers.set('cache-control', 'no-store');
  return response;
}

/**
 * Calls a route below `/_streambed` of the local system, signed with its credentials, and returns
 * the JSON of its answer. Throws if the system cannot be reached or refuses.
 */
export async function callLocalSystem(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
): Promise<unknown> {
  const url = new URL(`/_streambed${path}`, requireVariable('LOCAL_SYSTEM_URL'));
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await fetch(await createSigner('bedrock').sign(url, init));
  if (response.ok) return response.json();
  throw new Error(`The local system answered ${response.status}: ${await response.text()}`);
}
