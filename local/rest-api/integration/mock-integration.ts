import type { ServerResponse } from 'node:http';
import type {
  ApiDefinition,
  Integration,
  MockResponse,
} from '#local/rest-api/definition/api-definition.ts';
import {
  renderTemplate,
  unquote,
  type TemplateVariables,
} from '#local/rest-api/integration/mapping-template.ts';
import { isRecord } from '#local/wire/shape.ts';

/** Sends the response of a mock integration. Returns false if none of its responses matches. */
export function sendMockResponse(
  { requestTemplates, responses }: Integration & { readonly type: 'mock' },
  contentType: string,
  variables: TemplateVariables,
  response: ServerResponse,
): boolean {
  const template = requestTemplates[contentType] ?? requestTemplates['application/json'];
  const status = template === undefined ? 200 : parseStatus(renderTemplate(template, variables));
  const match = responses.find((each) => matchesStatus(each, status)) ?? responses.find(isDefault);
  if (status === undefined || match === undefined) return false;
  const [[type, body] = ['application/json', '']] = Object.entries(match.templates);
  const override: Override = { header: {} };
  const context = { ...variables.context, responseOverride: override };
  const rendered = renderTemplate(body, { ...variables, context });
  response.setHeader('content-type', type);
  for (const [name, value] of Object.entries(match.parameters)) {
    response.setHeader(name.replace('method.response.header.', ''), unquote(value));
  }
  for (const [name, value] of Object.entries(override.header)) response.setHeader(name, value);
  response.writeHead(Number(override.status ?? match.status)).end(rendered);
  return true;
}

/** What a template may set as `$context.responseOverride`, in place of what is mapped. */
interface Override {
  readonly header: Record<string, string>;
  readonly status?: string | number;
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

function matchesStatus({ pattern }: MockResponse, status: number | undefined): boolean {
  return (
    pattern !== undefined && pattern !== '' && new RegExp(`^(?:${pattern})$`).test(String(status))
  );
}

function isDefault({ pattern }: MockResponse): boolean {
  return pattern === undefined || pattern === '';
}

/** Returns the origins whose pages the mocks of an API allow: those they map, or name in a template. */
export function mockedOrigins({ methods }: ApiDefinition): readonly string[] {
  return methods.flatMap(({ integration }) => {
    if (integration.type !== 'mock') return [];
    return integration.responses.flatMap(({ parameters, templates }) => {
      const mapped = parameters['method.response.header.Access-Control-Allow-Origin'] ?? '';
      const named = Object.values(templates)
        .join()
        .matchAll(/"(https?:\/\/[^"]+)"/gu);
      return [unquote(mapped), ...[...named].map(([, origin = '']) => origin)];
    });
  });
}
