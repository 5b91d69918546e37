import { AwsClient } from 'aws4fetch';
import { signingName, type Endpoints } from '#local/host/remote-services.ts';
import { asText } from '#local/wire/shape.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { record } from '#local/template/json.ts';

/** A request to an AWS service, before it is signed. */
export interface ServiceRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer> | undefined;
  /** Ends the call, which then throws. */
  readonly signal?: AbortSignal;
}

/** A whole response of an AWS service. */
export interface ServiceResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** The body before it was decoded as UTF-8. */
  readonly bytes: Buffer;
  /** Present if the service returned an error. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** Calls local and remote AWS services over HTTP, with signed requests. */
export interface ServiceCaller {
  /** Sends a request and returns the whole response, also if it is an error. */
  send(service: string, request: ServiceRequest): Promise<ServiceResponse>;
}

export interface CallerSettings {
  readonly credentials: Credentials;
  readonly region: string;
  /** Returns the base URL of the local services. */
  gateway(): string;
  /** The base URLs of remote services, by service id. */
  readonly endpoints: Endpoints;
}

/** Returns a caller that uses the local gateway, or the service's own endpoint if it has one. */
export function createServiceCaller(settings: CallerSettings): ServiceCaller {
  const { credentials, region, gateway, endpoints } = settings;
  return {
    async send(service, { method, path, headers = {}, body, signal = null }) {
      const client = new AwsClient({
        ...credentials,
        region,
        service: signingName(service),
        retries: 0,
      });
      const base = endpoints[service] ?? gateway();
      const content = body === undefined ? {} : { body };
      const init = { method, headers: { ...headers }, signal, ...content };
      const response = await client.fetch(`${base}${path}`, init);
      const { ok, status, headers: responseHeaders } = response;
      const bytes = Buffer.from(await response.arrayBuffer());
      const text = new TextDecoder().decode(bytes);
      const whole = { status, headers: responseHeaders, body: text, bytes };
      return ok ? whole : { ...whole, error: readError(responseHeaders, text) };
    },
  };
}

/** Reads the error of a response. AWS sends its code in a header, in `__type` or in XML. */
function readError(headers: Headers, text: string): { code: string; message: string } {
  const xml = /<Code>([^<]*)<\/Code>[\s\S]*?<Message>([^<]*)<\/Message>/u.exec(text);
  if (xml !== null) return { code: xml[1] ?? '', message: xml[2] ?? '' };
  const json = parseJson(text);
  const type = headers.get('x-amzn-errortype') ?? asText(json['__type']) ?? 'Unknown';
  const code = type.split(':')[0]?.split('#').at(-1) ?? type;
  return { code, message: asText(json['message'] ?? json['Message']) ?? text };
}

function parseJson(text: string): Readonly<Record<string, unknown>> {
  try {
    return record(JSON.parse(text));
  } catch {
    return {};
  }
}
