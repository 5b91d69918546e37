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
  readonly body?: string;
}

export interface ServiceAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** Present where the service refused. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** Calls AWS services as their clients do: signed, over HTTP, wherever they are. */
export interface ServiceCaller {
  send(service: string, request: ServiceRequest): Promise<ServiceAnswer>;
}

export interface CallerSettings {
  readonly credentials: Credentials;
  readonly region: string;
  /** The base URL of the services here. */
  gateway(): string;
  /** Where services are that are not here, by service id. */
  readonly endpoints: Endpoints;
}

export function createServiceCaller(settings: CallerSettings): ServiceCaller {
  const { credentials, region, gateway, endpoints } = settings;
  return {
    async send(service, { method, path, headers = {}, body }) {
      const client = new AwsClient({
        ...credentials,
        region,
        service: signingName(service),
        retries: 0,
      });
      const base = endpoints[service] ?? gateway();
      const init = { method, headers: { ...headers }, ...(body === undefined ? {} : { body }) };
      const answer = await client.fetch(`${base}${path}`, init);
      const text = await answer.text();
      const told = { status: answer.status, headers: answer.headers, body: text };
      return answer.ok ? told : { ...told, error: errorIn(answer.headers, text) };
    },
  };
}

/** The error in an answer: AWS tells its code in a header, in `__type` or in XML. */
function errorIn(headers: Headers, text: string): { code: string; message: string } {
  const xml = /<Code>([^<]*)<\/Code>[\s\S]*?<Message>([^<]*)<\/Message>/u.exec(text);
  if (xml !== null) return { code: xml[1] ?? '', message: xml[2] ?? '' };
  const json = parsed(text);
  const type = headers.get('x-amzn-errortype') ?? asText(json['__type']) ?? 'Unknown';
  const code = type.split(':')[0]?.split('#').at(-1) ?? type;
  return { code, message: asText(json['message'] ?? json['Message']) ?? text };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return record(JSON.parse(text));
  } catch {
    return {};
  }
}
