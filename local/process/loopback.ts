import { isIP } from 'node:net';
import type { IncomingHttpHeaders } from 'node:http';

/** Whether a host, with or without its port, is a name of this machine's own. */
export function isLoopback(host = ''): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/u.test(host);
}

/** Whether a page's origin is on this machine. */
export function isLoopbackOrigin(origin: string): boolean {
  return URL.canParse(origin) && isLoopback(new URL(origin).host);
}

/** Where a request comes from, as far as a browser says. */
export type Provenance =
  | { readonly type: 'here' }
  /** By a name that is none of this machine's: a page elsewhere may have it resolve to here. */
  | { readonly type: 'other-host' }
  /** From a page elsewhere, whose origin is not always told. */
  | { readonly type: 'other-origin'; readonly origin: string | undefined };

/**
 * Tells requests of pages elsewhere from those of this machine. `ownHost` is an address beyond
 * the loopback one where it listens; where that is any, every address counts, but no other name.
 */
export function provenanceOf(
  headers: IncomingHttpHeaders | Readonly<Record<string, unknown>>,
  ownHost?: string,
): Provenance {
  const text = (name: string): string | undefined => headers[name]?.toString();
  const host = text('host') ?? text(':authority') ?? '';
  const bare = host.replace(/:\d+$/u, '').replaceAll(/[[\]]/gu, '');
  const isAny = ownHost === '0.0.0.0' || ownHost === '::';
  const isOwn = ownHost !== undefined && (isAny ? isIP(bare) !== 0 : bare === ownHost);
  if (!isLoopback(host) && !isOwn) return { type: 'other-host' };
  const isHere = (url: string): boolean =>
    isLoopbackOrigin(url) || (isOwn && URL.canParse(url) && new URL(url).host === host);
  const origin = text('origin');
  if (origin !== undefined) {
    return isHere(origin) ? { type: 'here' } : { type: 'other-origin', origin };
  }
  // What a page loads without asking tells no origin, but that it is not this site's.
  const isCrossSite = text('sec-fetch-site') === 'cross-site';
  const isForeign = isCrossSite && !isHere(text('referer') ?? '');
  return isForeign ? { type: 'other-origin', origin: undefined } : { type: 'here' };
}

/** Whether a browser sends this for a page, whichever it is. */
export function isFromPage(headers: IncomingHttpHeaders): boolean {
  const { origin, host } = headers;
  return origin !== undefined || headers['sec-fetch-site'] !== undefined || !isLoopback(host);
}
