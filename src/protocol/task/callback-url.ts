import { invalidRequest } from '#domain/errors.ts';
import { isPublicName } from '#protocol/task/public-name.ts';

export interface CallbackRules {
  /** Whether callbacks may go to this machine itself, over plain HTTP. */
  readonly allowsLoopback: boolean;
}

/**
 * Returns the URL of a callback: HTTPS on port 443, with a public host name. The addresses of that
 * name are checked when the callback is sent. Throws `invalid_request` that names the rule.
 */
export function parseCallbackUrl(text: string, { allowsLoopback }: CallbackRules): string {
  if (!URL.canParse(text)) throw invalidUrl('must be a URL');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw invalidUrl('must not have a user or password');
  }
  if (allowsLoopback && isLoopbackUrl(url)) return url.href;
  if (url.protocol !== 'https:') {
    throw invalidUrl(
      `must begin with https://${allowsLoopback ? ', or http://127. and a port' : ''}`,
    );
  }
  if (url.port !== '') throw invalidUrl('must be on port 443');
  // The parser has converted every notation of an IP address into one of these two.
  if (/^(?:\[.*\]|\d+(?:\.\d+){3})$/u.test(url.hostname)) {
    throw invalidUrl('must have a name, not an IP address');
  }
  if (!isPublicName(url.hostname)) {
    throw invalidUrl('must have a public host name, such as hooks.example.net');
  }
  return url.href;
}

/** Returns whether a URL points to this machine, over plain HTTP. */
export function isLoopbackUrl({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && /^127(?:\.\d+){3}$/u.test(hostname);
}

function invalidUrl(expectation: string): Error {
  return invalidRequest('callback_url', expectation);
}
