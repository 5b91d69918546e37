import type { ApiDefinition } from '#local/rest-api/definition/api-definition.ts';
import { configurationError } from '#local/rest-api/integration/mapping-error.ts';
import { unquote } from '#local/rest-api/integration/mapping-template.ts';
import type { EndpointResponse } from '#local/rest-api/integration/response-mapping.ts';
import { isRecord } from '#local/wire/shape.ts';

/** Returns the response of a mock, whose request template chooses the status. */
export function mockResponse(body: Buffer): EndpointResponse {
  const status = parseStatus(body.toString('utf8'));
  if (status === undefined || !Number.isInteger(status)) {
    throw configurationError(
      'Unable to parse statusCode. It should be an integer and defined in request template.',
    );
  }
  return { headers: new Headers(), bytes: Buffer.alloc(0), selector: String(status) };
}

/** Reads the status of a request template. Some templates leave `statusCode` unquoted. */
function parseStatus(rendered: string): number | undefined {
  try {
    const value: unknown = JSON.parse(rendered.replace(/\{\s*statusCode\s*:/u, '{"statusCode":'));
    return isRecord(value) ? Number(value['statusCode']) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the origins whose pages the mocks of an API allow: those they map, or name in a template. */
export function mockedOrigins({ methods }: ApiDefinition): readonly string[] {
  return methods.flatMap(({ integration }) => {
    if (integration.type !== 'mock') return [];
    return integration.mapping.responses.flatMap(({ parameters, templates }) => {
      const mapped = parameters['method.response.header.Access-Control-Allow-Origin'] ?? '';
      const named = Object.values(templates)
        .join()
        .matchAll(/"(https?:\/\/[^"]+)"/gu);
      return [unquote(mapped), ...[...named].map(([, origin = '']) => origin)];
    });
  });
}
