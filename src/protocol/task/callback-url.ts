import { invalid } from '#protocol/http/json-body.ts';

export interface CallbackRules {
  /** Whether this machine itself may be called back, over plain HTTP. */
  readonly allowsLoopback: boolean;
}

/** Names of networks that are nobody else's business (RFC 6761, RFC 6762, RFC 8375, RFC 7686). */
const privateName =
  /(?:^|\.)(?:local(?:host|domain)?|internal|intranet|private|corp|home|lan|arpa|onion|test|invalid|example)$/u;

/**
 * The address of a callback: HTTPS on its usual port, to a public name. What the name stands for
 * is looked at when it is called. Throws `invalid_request` that says what was expected.
 */
export function parseCallbackUrl(text: string, { allowsLoopback }: CallbackRules): string {
  if (!URL.canParse(text)) throw wrong('must be a URL');
  const url = new URL(text);
  const host = url.hostname.replace(/\.$/u, '');
  if (url.username !== '' || url.password !== '') throw wrong('must hold no user or password');
  if (allowsLoopback && isLoopbackUrl(url)) return url.href;
  if (url.protocol !== 'https:') {
    throw wrong(`must begin with https://${allowsLoopback ? ', or http://127. and a port' : ''}`);
  }
  if (url.port !== '') throw wrong('must be on port 443');
  // The parser has brought every way to write an address into this one form.
  if (host.startsWith('[') || /^\d+(?:\.\d+){3}$/u.test(host)) {
    throw wrong('must have a name, not an IP address');
  }
  if (!host.includes('.') || privateName.test(host)) throw wrong('must have a public name');
  return url.href;
}

/** Whether a URL is one of this machine, over plain HTTP. */
export function isLoopbackUrl({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && /^127(?:\.\d+){3}$/u.test(hostname);
}

function wrong(expectation: string): Error {
  return invalid(`callback_url: ${expectation}`);
}
