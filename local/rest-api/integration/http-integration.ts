import http from 'node:http';
import https from 'node:https';
import type { ServerResponse } from 'node:http';
import { relayBody } from '#local/lambda/invoke/streamed-response.ts';
import type { Shaping } from '#local/lambda/invoke/response-shaping.ts';
import type { Integration } from '#local/rest-api/definition/api-definition.ts';
import type { MappedParameters } from '#local/rest-api/integration/request-mapping.ts';
import { removeDotSegments } from '#local/rest-api/integration/service-call.ts';
import type { GatewayError } from '#local/rest-api/gateway-responses.ts';

/** The request that is forwarded. */
export interface ForwardedRequest {
  readonly request: http.IncomingMessage;
  readonly body: Buffer;
  /** The path parameters as sent, not decoded. */
  readonly rawParameters: Readonly<Record<string, string>>;
  /** What is sent in addition. */
  readonly mapped?: MappedParameters;
}

/** Where the response goes. */
export interface ForwardTarget {
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

type HttpEndpoint = Omit<Integration & { readonly type: 'http' }, 'type' | 'requestParameters'>;

/** Forwards a request to another HTTP server and relays its response. */
export async function forwardHttp(
  { uri, httpMethod, streams, timeoutMs }: HttpEndpoint,
  { request, body, rawParameters, mapped }: ForwardedRequest,
  { response, shaping, fail }: ForwardTarget,
): Promise<void> {
  const target = new URL(
    uri.replaceAll(/\{([\w.-]+)\+?\}/gu, (_, name: string) =>
      removeDotSegments(mapped?.path.get(name) ?? rawParameters[name] ?? ''),
    ),
  );
  target.search = new URL(request.url ?? '/', 'http://local').search;
  for (const [name, value] of mapped?.query ?? []) target.searchParams.append(name, value);
  const headers = [...Object.entries(request.headers), ...(mapped?.headers ?? [])].filter(
    ([name]) => !hopByHop.has(name),
  );
  const options = {
    method: httpMethod === 'ANY' ? (request.method ?? 'GET') : httpMethod,
    headers: Object.fromEntries(headers),
    timeout: timeoutMs,
  };
  const upstream = await new Promise<http.IncomingMessage | 'timeout' | 'failed'>((resolve) => {
    const client = target.protocol === 'https:' ? https : http;
    const clientRequest = client.request(target, options, resolve);
    clientRequest.once('timeout', () => {
      resolve('timeout');
      clientRequest.destroy();
    });
    clientRequest.on('error', () => resolve('failed'));
    // A server that switches protocols closes the connection without an error.
    clientRequest.once('close', () => resolve('failed'));
    clientRequest.end(body);
  });
  if (upstream === 'timeout') return fail('timeout');
  if (upstream === 'failed') return fail('badResponse');
  const responseHeaders = Object.entries(upstream.headers).filter(([name]) => !hopByHop.has(name));
  response.writeHead(upstream.statusCode ?? 502, Object.fromEntries(responseHeaders));
  if (streams) response.flushHeaders();
  await relayBody(streams ? shaping(upstream, 'api-gateway') : upstream, response);
}
