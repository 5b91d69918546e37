import type { Integration, MockResponse } from '#local/rest-api/definition/api-definition.ts';
import type { Properties } from '#local/template/properties.ts';

/** The limit of a buffered integration; a streaming one may take fifteen minutes. */
const mostMs = { BUFFERED: 29_000, STREAM: 900_000 };

/** Reads the integration of a method. Throws for what API Gateway would refuse. */
export function readIntegration(place: string, given: Properties): Integration {
  const type = given.text('Type').toUpperCase();
  const mode = given.choice('ResponseTransferMode', ['BUFFERED', 'STREAM'], 'BUFFERED');
  const timeoutMs = given.number('TimeoutInMillis', 29_000);
  if (timeoutMs < 50 || timeoutMs > mostMs[mode]) {
    throw new Error(`${place}.TimeoutInMillis: must be from 50 to ${mostMs[mode]} with ${mode}`);
  }
  const streams = mode === 'STREAM';
  if (streams && type !== 'AWS_PROXY' && type !== 'HTTP_PROXY') {
    throw new Error(`${place}.ResponseTransferMode: STREAM is for AWS_PROXY and HTTP_PROXY only`);
  }
  switch (type) {
    case 'AWS_PROXY': {
      const uri = given.text('Uri');
      const isStreamingCall = uri.includes('/response-streaming-invocations');
      if (streams !== isStreamingCall) {
        throw new Error(`${place}.Uri: STREAM needs …/response-streaming-invocations, and only it`);
      }
      return { type: 'lambda', functionName: parseFunctionName(place, uri), streams, timeoutMs };
    }
    case 'HTTP_PROXY': {
      const httpMethod = given.optionalText('IntegrationHttpMethod') ?? 'ANY';
      return { type: 'http', uri: given.text('Uri'), httpMethod, streams, timeoutMs };
    }
    case 'MOCK':
      return {
        type: 'mock',
        requestTemplates: given.textMap('RequestTemplates'),
        responses: given.list('IntegrationResponses').map(readMockResponse),
      };
    default:
      return { type: 'unhosted', what: `an integration of type ${type}` };
  }
}

function readMockResponse(given: Properties): MockResponse {
  return {
    status: given.number('StatusCode', 200),
    pattern: given.optionalText('SelectionPattern'),
    parameters: given.textMap('ResponseParameters'),
    templates: given.textMap('ResponseTemplates'),
  };
}

/** The function in the URI of an integration or authorizer, with its qualifier. */
export function parseFunctionName(place: string, uri: string): string {
  const name =
    /\/functions\/(arn:[^/]+|[^/]+)\//u.exec(uri)?.[1] ?? /(arn:aws:lambda:.+)/u.exec(uri)?.[1];
  if (name === undefined) throw new Error(`${place}.Uri: names no function: ${uri}`);
  return name;
}

/** The identity sources in a list; an empty one has none. */
export function parseIdentitySources(list: string): readonly string[] {
  const items = list.split(',').map((item) => item.trim());
  return items.filter((item) => item !== '');
}

/** How long an authorizer's answer counts, in milliseconds: without identity sources not at all. */
export function authorizerTtlMs(sources: string, seconds: number): number {
  return parseIdentitySources(sources).length === 0 ? 0 : seconds * 1000;
}
