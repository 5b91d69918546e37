import { ownerOf, type PersonVerifier } from '#domain/identity.ts';
import type { Answer } from '#api/http/http.ts';
import { logAbout } from '#api/log/log-names.ts';

/** The header with a person's token. `Authorization` has the signature of the request. */
const personToken = 'x-streambed-token';

/**
 * Returns an answer to requests of people at Function URLs: a server that signs the request sends a
 * person's token beside its signature, and the person is the caller. It throws `unauthenticated` for
 * an invalid token. A request without a token keeps its caller, and so does one of the REST API,
 * whose authorizer has identified the caller already.
 */
export function withPerson(verify: PersonVerifier, answer: Answer): Answer {
  return async (request, invocation) => {
    const token = request.headers[personToken];
    const { type } = request.caller;
    const isFromUrl = type === 'iam' || type === 'anonymous';
    if (token === undefined || !isFromUrl) return answer(request, invocation);
    const caller = await verify(token, invocation.endsAtMs);
    logAbout({ owner: ownerOf(caller, false) });
    return answer({ ...request, caller }, invocation);
  };
}
