import type { Integration, MockResponse } from '#local/rest-api/definition/api-definition.ts';
import type { Properties } from '#local/template/properties.ts';

/** The maximum timeouts: 29 seconds, or 15 minutes with response streaming. */
const maxTimeoutMs = { BUFFERED: 29_000, STREAM: 900_000 };

/** Reads the integration of a method. Throws for values that API Gateway rejects. */
export function readIntegration(place: string, properties: Properties): Integration {
  const type = properties.text('Type').toUpperCase();
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
  switch (type) {
    case 'AWS_PROXY': {
      const uri = properties.text('Uri');
      const isStreamingCall = uri.includes('/response-streaming-invocations');
      if (streams !== isStreamingCall) {
        throw new Error(
          `${place}.Uri: STREAM requires …/response-streaming-invocations, and BUFFERED forbids it`,
        );
      }
      return { type: 'lambda', functionName: parseFunctionName(place, uri), streams, timeoutMs };
    }
    case 'HTTP_PROXY': {
      const httpMethod = properties.optionalText('IntegrationHttpMethod') ?? 'ANY';
      return { type: 'http', uri: properties.text('Uri'), httpMethod, streams, timeoutMs };
    }
    case 'MOCK':
      return {
        type: 'mock',
        requestTemplates: properties.textMap('RequestTemplates'),
        responses: properties.list('IntegrationResponses').map(readMockResponse),
      };
    default:
      return { type: 'unhosted', what: `an integration of type ${type}` };
  }
}

function readMockResponse(properties: Properties): MockResponse {
  return {
    status: properties.optionalStatus('StatusCode') ?? 200,
    pattern: properties.optionalText('SelectionPattern'),
    parameters: properties.textMap('ResponseParameters'),
    templates: properties.textMap('ResponseTemplates'),
  };
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
