import { responseHeaders } from './response-headers.ts';

/**
 * Returns a function's response whose body streams as it arrives. If the connection to the function
 * breaks, so does this one. A clean end would look like the end of the answer; after a break the
 * browser reconnects and resumes.
 */
export function relayStream(response: Response): Response {
  const { body, status } = response;
  return new Response(body, { status, headers: responseHeaders(response) });
}
