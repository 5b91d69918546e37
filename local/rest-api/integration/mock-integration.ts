import type { ServerResponse } from 'node:http';
import type { Integration, MockResponse } from '#local/rest-api/definition/api-definition.ts';
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
  const headers = Object.entries(match.parameters).map(([name, value]) => {
    return [name.replace('method.response.header.', ''), unquote(value)] as const;
  });
  const rendered = renderTemplate(body, variables);
  response.writeHead(match.status, { 'content-type': type, ...Object.fromEntries(headers) });
  response.end(rendered);
  return true;
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
