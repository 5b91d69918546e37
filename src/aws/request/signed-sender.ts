import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest, type HttpResponse } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import type { ServiceConfig } from '#aws/request/service-config.ts';

/** A request with a JSON body. */
export interface JsonRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: string;
}

/** Sends a signed request. The body of the response has not been read. */
export type SignedSender = (request: JsonRequest, signal?: AbortSignal) => Promise<HttpResponse>;

/** How long a connection, a response and silence on a connection may take, in milliseconds. */
export interface SenderTimeouts {
  readonly connectionTimeout: number;
  /** How long the head of the response may take. */
  readonly requestTimeout?: number;
  /** How long a connection may be silent, within a response, too. */
  readonly socketTimeout?: number;
}

/**
 * Returns a sender with connections of its own, which stay open. It has the SDK's connections and
 * signatures, but not its middleware: a request costs a fraction of the processor's time.
 */
export function createSignedSender(config: ServiceConfig, timeouts: SenderTimeouts): SignedSender {
  const endpoint = new URL(config.endpoint);
  const { protocol, hostname, port, pathname } = endpoint;
  const handler = new NodeHttpHandler({ ...timeouts, throwOnRequestTimeout: true });
  const authorize = createAuthorizer(config);
  const clock = createServiceClock();
  return async ({ path, headers, json }, signal) => {
    const request = new HttpRequest({
      protocol,
      hostname,
      ...(port === '' ? {} : { port: Number(port) }),
      path: pathname === '/' ? path : `${pathname}${path}`,
      method: 'POST',
      headers: { host: endpoint.host, ...headers },
      body: json,
    });
    const authorized = await authorize(request, clock.now());
    const { response } = await handler.handle(authorized, signal && { abortSignal: signal });
    if (response.statusCode !== 200) clock.correct(response);
    return response;
  };
}

type Authorizer = (request: HttpRequest, now: Date) => Promise<HttpRequest>;

/** A bearer key takes precedence over a signature, as in the SDKs. */
function createAuthorizer({ service, region, credentials, bearerKey }: ServiceConfig): Authorizer {
  if (bearerKey !== undefined) {
    return async (request) => {
      request.headers['authorization'] = `Bearer ${bearerKey}`;
      return request;
    };
  }
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  return async (request, signingDate) =>
    new HttpRequest(await signer.sign(request, { signingDate }));
}

/** The largest difference to the clock of AWS with which requests are accepted. */
const maxSkewMs = 5 * 60_000;

/** Returns a clock that follows the clock of the service if they differ too much. */
function createServiceClock(): { now(): Date; correct(response: HttpResponse): void } {
  let offsetMs = 0;
  return {
    now: () => new Date(Date.now() + offsetMs),
    correct({ headers }) {
      const serviceMs = Date.parse(headers['date'] ?? '');
      if (Math.abs(Date.now() + offsetMs - serviceMs) > maxSkewMs)
        offsetMs = serviceMs - Date.now();
    },
  };
}
