import { text } from 'node:stream/consumers';
import type { HttpResponse } from '@smithy/core/protocols';
import type { ServiceConfig } from '#aws/request/service-config.ts';
import { createSignedSender, type SenderTimeouts } from '#aws/request/signed-sender.ts';

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

/** Returns a sender with connections of its own. */
export function createJsonSender<Output>(
  config: ServiceConfig,
  timeouts: SenderTimeouts,
): JsonSender<Output> {
  const send = createSignedSender(config, timeouts);
  return async (target, input, signal) => {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
    const response = await send({ path: '/', headers, json: JSON.stringify(input) }, signal);
    const json = await text(response.body);
    if (response.statusCode === 200) return JSON.parse(json);
    throw new ServiceError(response, json);
  };
}
