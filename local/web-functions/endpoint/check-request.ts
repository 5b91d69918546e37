import type { IncomingMessage } from 'node:http';
import { readRequestSource } from '#local/process/loopback.ts';
import type { Refusal } from '#local/web-functions/endpoint/refusal.ts';

/** The names under which an endpoint answers. */
export interface EndpointHosts {
  readonly domainName: string;
  /** An address of this machine other than loopback, if it listens there. */
  readonly ownHost: string | undefined;
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'OPTIONS', 'DELETE']);

/** How many header lines a request may have, those that Lambda adds included. */
export const maxHeaderLines = 6_300;

/** How many lines Lambda adds: the id, the endpoint, and the caller's address. */
const addedLines = 3;

/** Returns why Lambda refuses a request before anybody looks at who sent it. */
export function checkRequest(request: IncomingMessage, hosts: EndpointHosts): Refusal | undefined {
  const { httpVersion, headers, rawHeaders, method = '' } = request;
  if (httpVersion === '1.0') {
    return { status: 505, message: 'HTTP Version Not Supported' };
  }
  if (headers.host === undefined) return { status: 400, message: 'Bad Request' };
  const isLocal = readRequestSource(headers, hosts.ownHost).type !== 'other-host';
  if (!isLocal && headers.host !== hosts.domainName) return { status: 404, message: 'Not Found' };
  if (!methods.has(method)) return { status: 400, message: 'Bad Request' };
  if (rawHeaders.length / 2 + addedLines > maxHeaderLines) {
    return { status: 431, message: 'Request Header Fields Too Large' };
  }
  return undefined;
}
