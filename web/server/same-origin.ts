import { problemResponse } from './problem-response.ts';

/**
 * Refuses requests that another site could make a browser send. Returns a 403 response that says
 * why, or undefined when the request is allowed.
 */
export function refuseForeignRequest(request: Request): Response | undefined {
  const reason = refusalReason(request);
  return reason === undefined ? undefined : problemResponse('forbidden', reason);
}

function refusalReason(request: Request): string | undefined {
  if (!isPageHost(request)) {
    const host = JSON.stringify(hostOf(request));
    return `The page does not accept requests for the host ${host}. Add it to PAGE_HOSTS.`;
  }
  if (!isSameOrigin(request)) return 'The page does not accept requests from other sites.';
  if (!needsPreflight(request)) {
    return 'The page accepts only JSON. Set content-type to application/json.';
  }
  return undefined;
}

/** Stops DNS rebinding: an attacker's host name that resolves to this server is not listed. */
function isPageHost(request: Request): boolean {
  const hosts = process.env['PAGE_HOSTS'];
  return hosts === undefined || hosts.split(',').includes(hostOf(request));
}

function hostOf({ headers }: Request): string {
  return headers.get('host') ?? '';
}

function isSameOrigin({ headers }: Request): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin' || site === 'none';
  const origin = headers.get('origin');
  return origin === null || URL.parse(origin)?.host === headers.get('host');
}

/**
 * Whether a browser asks this server with a preflight before another site may send the request.
 * It does so for JSON and for DELETE. A GET changes nothing and needs none.
 */
function needsPreflight({ headers, method }: Request): boolean {
  if (method === 'GET' || method === 'DELETE') return true;
  return headers.get('content-type')?.startsWith('application/json') === true;
}
