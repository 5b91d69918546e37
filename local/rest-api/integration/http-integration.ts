import http from 'node:http';
import https from 'node:https';
import type { ServerResponse } from 'node:http';
import { relayBody } from '#local/lambda/invoke/streamed-response.ts';
import type { Shaping } from '#local/lambda/invoke/response-shaping.ts';
import type { Integration } from '#local/rest-api/definition/api-definition.ts';
import type { GatewayError } from '#local/rest-api/gateway-responses.ts';

/** What is passed on. */
export interface ForwardedRequest {
  readonly request: http.IncomingMessage;
  readonly body: Buffer;
  /** What the path's parameters were, not decoded. */
  readonly rawParameters: Readonly<Record<string, string>>;
}

export interface ForwardOptions {
  readonly response: ServerResponse;
  readonly shaping: Shaping;
  fail(kind: GatewayError): void;
}

const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'host',
  'keep-alive',
  'transfer-encoding',
]);

/** Passes a request on to another HTTP server, and its answer back. */
export async function forwardHttp(
  { uri, httpMethod, streams, timeoutMs }: Integration & { readonly type: 'http' },
  { request, body, rawParameters }: ForwardedRequest,
  { response, shaping, fail }: ForwardOptions,
): Promise<void> {
  const target = new URL(
    uri.replaceAll(/\{([\w.-]+)\+?\}/gu, (_, name: string) => inPath(rawParameters[name] ?? '')),
  );
  target.search = new URL(request.url ?? '/', 'http://local').search;
  const headers = Object.entries(request.headers).filter(([name]) => !hopByHop.has(name));
  const options = {
    method: httpMethod === 'ANY' ? (request.method ?? 'GET') : httpMethod,
    headers: Object.fromEntries(headers),
    timeout: timeoutMs,
  };
  const answer = await new Promise<http.IncomingMessage | 'timeout' | 'failed'>((resolve) => {
    const client = target.protocol === 'https:' ? https : http;
    const outgoing = client.request(target, options, resolve);
    outgoing.once('timeout', () => resolve('timeout'));
    outgoing.once('error', () => resolve('failed'));
    outgoing.end(body);
  });
  if (answer === 'timeout') return fail('timeout');
  if (answer === 'failed') return fail('badReply');
  const given = Object.entries(answer.headers).filter(([name]) => !hopByHop.has(name));
  response.writeHead(answer.statusCode ?? 502, Object.fromEntries(given));
  if (streams) response.flushHeaders();
  await relayBody(streams ? shaping(answer, 'api-gateway') : answer, response);
}

/** A URL would take segments of dots, encoded or not, for a way out of the path it is put into. */
function inPath(raw: string): string {
  return raw
    .split('/')
    .map((segment) => (/^(?:\.|%2e){1,2}$/iu.test(segment) ? '' : segment))
    .join('/');
}
