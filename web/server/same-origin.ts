import { problemResponse } from './problem-response.ts';

/**
 * Refuses what another site could make a browser send: requests that say they come from elsewhere,
 * that cannot have needed permission to be sent, or that use a name which is not the page's.
 * Nothing when the request is welcome.
 */
export function refuseStrangers(request: Request): Response | undefined {
  if (isOwnHost(request) && isOwnSite(request) && isDeliberate(request)) return undefined;
  return problemResponse('forbidden', 'Only this page may call, and it sends JSON.');
}

/** A stranger's name that resolves to this server is how DNS rebinding gets in. */
function isOwnHost({ headers }: Request): boolean {
  const hosts = process.env['PAGE_HOSTS'];
  return hosts === undefined || hosts.split(',').includes(headers.get('host') ?? '');
}

function isOwnSite({ headers }: Request): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin' || site === 'none';
  const origin = headers.get('origin');
  return origin === null || URL.parse(origin)?.host === headers.get('host');
}

/** A page elsewhere has to ask before it may send JSON or use DELETE. */
function isDeliberate({ headers, method }: Request): boolean {
  if (method === 'GET' || method === 'DELETE') return true;
  return headers.get('content-type')?.startsWith('application/json') === true;
}
