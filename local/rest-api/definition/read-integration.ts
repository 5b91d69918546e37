import type { Integration, Mapping } from '#local/rest-api/definition/api-definition.ts';
import {
  readMapping,
  readRequestParameters,
  type DeclaredMethod,
} from '#local/rest-api/definition/read-mapping.ts';
import { parseServiceUri, type ServiceTarget } from '#local/rest-api/definition/service-uri.ts';
import type { Properties } from '#local/template/properties.ts';

/** The maximum timeouts: 29 seconds, or 15 minutes with response streaming. */
const maxTimeoutMs = { BUFFERED: 29_000, STREAM: 900_000 };

/** Reads the integration of a method. Throws for values that API Gateway rejects. */
export function readIntegration(properties: Properties, declared: DeclaredMethod): Integration {
  const type = properties.text('Type').toUpperCase();
  const transfer = readTransfer(properties, type);
  const { timeoutMs } = transfer;
  switch (type) {
    case 'AWS_PROXY':
      return { type: 'lambda', functionName: readFunction(properties, transfer), ...transfer };
    case 'HTTP_PROXY': {
      const httpMethod = properties.optionalText('IntegrationHttpMethod') ?? 'ANY';
      const requestParameters = readRequestParameters(properties, declared);
      const uri = properties.text('Uri');
      return { type: 'http', uri, httpMethod, requestParameters, ...transfer };
    }
    case 'MOCK':
      return { type: 'mock', mapping: readMapping(properties, declared) };
    case 'AWS': {
      const target = parseServiceUri(`${properties.key}.Uri`, properties.text('Uri'));
      checkCredentials(properties, target);
      return { type: 'service', target, timeoutMs, ...readCustom(properties, declared) };
    }
    case 'HTTP': {
      const uri = readHttpUri(properties);
      return { type: 'custom-http', uri, timeoutMs, ...readCustom(properties, declared) };
    }
    default:
      throw new Error(
        `${properties.key}.Type: must be AWS, AWS_PROXY, HTTP, HTTP_PROXY or MOCK, not ${type}`,
      );
  }
}

interface Transfer {
  readonly streams: boolean;
  readonly timeoutMs: number;
}

function readTransfer(properties: Properties, type: string): Transfer {
  const place = properties.key;
  const mode = properties.choice('ResponseTransferMode', ['BUFFERED', 'STREAM'], 'BUFFERED');
  const timeoutMs = properties.number('TimeoutInMillis', 29_000);
  if (timeoutMs < 50 || timeoutMs > maxTimeoutMs[mode]) {
    throw new Error(
      `${place}.TimeoutInMillis: must be from 50 to ${maxTimeoutMs[mode]} with ${mode}`,
    );
  }
  const streams = mode === 'STREAM';
  if (streams && type !== 'AWS_PROXY' && type !== 'HTTP_PROXY') {
    throw new Error(`${place}.ResponseTransferMode: STREAM is for AWS_PROXY and HTTP_PROXY only`);
  }
  return { streams, timeoutMs };
}

function readFunction(properties: Properties, { streams }: Transfer): string {
  const uri = properties.text('Uri');
  if (streams !== uri.includes('/response-streaming-invocations')) {
    throw new Error(
      `${properties.key}.Uri: STREAM requires …/response-streaming-invocations, and BUFFERED forbids it`,
    );
  }
  return parseFunctionName(properties.key, uri);
}

interface Custom {
  readonly httpMethod: string;
  readonly mapping: Mapping;
}

function readCustom(properties: Properties, declared: DeclaredMethod): Custom {
  const httpMethod = properties.optionalText('IntegrationHttpMethod');
  if (httpMethod === undefined) {
    throw new Error(
      `${properties.key}.IntegrationHttpMethod: Enumeration value for HttpMethod must be non-empty`,
    );
  }
  return { httpMethod, mapping: readMapping(properties, declared) };
}

/** A service is called with a role. A function may allow API Gateway by a permission instead. */
function checkCredentials(properties: Properties, { service }: ServiceTarget): void {
  const credentials = properties.optionalText('Credentials');
  const place = `${properties.key}.Credentials`;
  if (credentials === undefined && service !== 'lambda')
    throw new Error(`${place}: Role ARN must be specified for AWS integrations`);
  if (credentials !== undefined && !/^arn:aws[\w-]*:iam::/u.test(credentials))
    throw new Error(`${place}: Invalid ARN specified in the request: ${credentials}`);
}

function readHttpUri(properties: Properties): string {
  const uri = properties.text('Uri');
  if (/^https?:\/\/[^/]/u.test(uri)) return uri;
  throw new Error(`${properties.key}.Uri: Invalid HTTP endpoint specified for URI: ${uri}`);
}

/** Returns the function in the URI of an integration or authorizer, with its qualifier. */
export function parseFunctionName(place: string, uri: string): string {
  const name =
    /\/functions\/(arn:[^/]+|[^/]+)\//u.exec(uri)?.[1] ?? /(arn:aws:lambda:.+)/u.exec(uri)?.[1];
  if (name === undefined) throw new Error(`${place}.Uri: does not name a function: ${uri}`);
  return name;
}

/** Splits a comma-separated list of identity sources. */
export function parseIdentitySources(list: string): readonly string[] {
  const items = list.split(',').map((item) => item.trim());
  return items.filter((item) => item !== '');
}

/**
 * Returns how long an authorizer's response is cached. Without identity sources it is not cached.
 */
export function authorizerTtlMs(sources: string, seconds: number): number {
  return parseIdentitySources(sources).length === 0 ? 0 : seconds * 1000;
}
