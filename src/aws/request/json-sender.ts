import { text } from 'node:stream/consumers';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest, type HttpResponse } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import type { ServiceConfig } from '#aws/request/service-config.ts';

/** Sends an operation in the AWS JSON 1.0 protocol. Throws a `ServiceError` if it is refused. */
export type JsonSender<Output> = (
  target: string,
  input: object,
  signal?: AbortSignal,
) => Promise<Output>;

interface ErrorBody {
  /** The exception, such as `com.amazonaws.dynamodb.v20120810#ThrottlingException`. */
  readonly __type?: string;
  readonly message?: string;
  readonly Message?: string;
}

/** A response of a service that is not a success. The name is that of the service's exception. */
export class ServiceError extends Error {
  override readonly name: string;
  /** The body of the response, in JSON. */
  readonly json: string;
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string | undefined };

  constructor({ statusCode, headers }: HttpResponse, json: string) {
    const { __type: type, message, Message } = parseError(json);
    super(message ?? Message ?? `The service answered ${statusCode}`);
    this.name = type?.replace(/^.*#/u, '') ?? 'UnknownError';
    this.json = json;
    this.$metadata = { httpStatusCode: statusCode, requestId: headers['x-amzn-requestid'] };
  }
}

/** A body that is no JSON comes from a proxy, not from the service. */
function parseError(json: string): ErrorBody {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

/** How long a connection and a response may take, in milliseconds. */
export interface SenderTimeouts {
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
}

/**
 * Returns a sender with connections of its own, which stay open. It has the SDK's connections and
 * signatures, but not its middleware: a request costs a fraction of the processor's time.
 */
export function createJsonSender<Output>(
  config: ServiceConfig,
  timeouts: SenderTimeouts,
): JsonSender<Output> {
  const { service, region, credentials } = config;
  const endpoint = new URL(config.endpoint);
  const handler = new NodeHttpHandler({ ...timeouts, throwOnRequestTimeout: true });
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const clock = createServiceClock();
  return async (target, input, signal) => {
    const request = new HttpRequest({
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      ...(endpoint.port === '' ? {} : { port: Number(endpoint.port) }),
      method: 'POST',
      headers: {
        host: endpoint.host,
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': target,
      },
      body: JSON.stringify(input),
    });
    const signed = await signer.sign(request, { signingDate: clock.now() });
    const { response } = await handler.handle(
      new HttpRequest(signed),
      signal && { abortSignal: signal },
    );
    const json = await text(response.body);
    if (response.statusCode === 200) return JSON.parse(json);
    clock.correct(response);
    throw new ServiceError(response, json);
  };
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
