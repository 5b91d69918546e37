import { problemResponse, upstreamProblem } from './problem-response.ts';
import { refuseForeignRequest } from './same-origin.ts';
import { readPerson, type PagePerson } from './sign-in/person.ts';

/**
 * Answers a request of the page as the person who sends it. Refuses requests that another site
 * could make a browser send, and those of whoever must sign in first.
 */
export async function answerAsPerson(
  request: Request,
  answer: (person: PagePerson) => Promise<Response>,
): Promise<Response> {
  const refusal = refuseForeignRequest(request);
  if (refusal !== undefined) return refusal;
  try {
    const person = await readPerson();
    if (person === undefined) return problemResponse('unauthenticated', 'Sign in to go on.');
    return await answer(person);
  } catch (error) {
    return upstreamProblem(error, request.signal);
  }
}
