import http from 'node:http';
import https from 'node:https';
import type { ServerResponse } from 'node:http';
import { relayBody, type ResponseHead } from '#local/lambda/invoke/streamed-response.ts';
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
  /** The path to use instead of that of the URI. */
  readonly path?: string | undefined;
}

/** Where the response goes. */
export interface ForwardTarget {
  readonly response: ServerResponse;
  readonly shaping: Shaping;
  fail(kind: GatewayError): void;
  /** Changes the head of the response before it is sent. */
  changeHead?(head: ResponseHead): ResponseHead;
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
  { request, body, rawParameters, mapped, path }: ForwardedRequest,
  { response, shaping, fail, changeHead = (head) => head }: ForwardTarget,
): Promise<void> {
  const target = new URL(
    uri.replaceAll(/\{([\w.-]+)\+?\}/gu, (_, name: string) =>
      removeDotSegments(mapped?.path.get(name) ?? rawParameters[name] ?? ''),
    ),
  );
  if (path !== undefined) target.pathname = path;
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
  const head = changeHead({
    status: upstream.statusCode ?? 502,
    headers: Object.fromEntries(
      responseHeaders.map(([name, value = '']) => [name, [value].flat()]),
    ),
  });
  for (const [name, values] of Object.entries(head.headers)) response.setHeader(name, [...values]);
  response.writeHead(head.status);
  if (streams) response.flushHeaders();
  await relayBody(streams ? shaping(upstream, 'api-gateway') : upstream, response);
}
