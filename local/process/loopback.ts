import { isIP } from 'node:net';
import type { IncomingHttpHeaders } from 'node:http';

/** Returns whether a host, with or without a port, names this machine's loopback address. */
export function isLoopback(host = ''): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/u.test(host);
}

/** Returns whether the origin of a web page is on this machine. */
export function isLoopbackOrigin(origin: string): boolean {
  return URL.canParse(origin) && isLoopback(new URL(origin).host);
}

/** Where a request comes from, according to the headers that a browser sets. */
export type RequestSource =
  | { readonly type: 'local' }
  /** It names another host: a foreign page may have made its own name resolve to this machine. */
  | { readonly type: 'other-host' }
  /** It comes from a page of another origin. Browsers do not always send the origin. */
  | { readonly type: 'other-origin'; readonly origin: string | undefined };

/**
 * Returns whether a request comes from this machine or from a foreign web page. `ownHost` is an
 * address other than loopback on which the server listens. If it is the wildcard address, every IP
 * address is accepted as a host, but no name other than `localhost`.
 */
export function readRequestSource(
  headers: IncomingHttpHeaders | Readonly<Record<string, unknown>>,
  ownHost?: string,
): RequestSource {
  const text = (name: string): string | undefined => headers[name]?.toString();
  const host = text('host') ?? text(':authority') ?? '';
  const bare = host.replace(/:\d+$/u, '').replaceAll(/[[\]]/gu, '');
  const isAny = ownHost === '0.0.0.0' || ownHost === '::';
  const isOwn = ownHost !== undefined && (isAny ? isIP(bare) !== 0 : bare === ownHost);
  if (!isLoopback(host) && !isOwn) return { type: 'other-host' };
  const isLocal = (url: string): boolean =>
    isLoopbackOrigin(url) || (isOwn && URL.canParse(url) && new URL(url).host === host);
  const origin = text('origin');
  if (origin !== undefined) {
    return isLocal(origin) ? { type: 'local' } : { type: 'other-origin', origin };
  }
  // Images and scripts are requested without an origin, but browsers mark them as cross-site.
  const isCrossSite = text('sec-fetch-site') === 'cross-site';
  const isForeign = isCrossSite && !isLocal(text('referer') ?? '');
  return isForeign ? { type: 'other-origin', origin: undefined } : { type: 'local' };
}

/** Returns whether a web page, of any origin, may have sent this request. */
export function isFromBrowser(headers: IncomingHttpHeaders): boolean {
  const { origin, host } = headers;
  return origin !== undefined || headers['sec-fetch-site'] !== undefined || !isLoopback(host);
}
