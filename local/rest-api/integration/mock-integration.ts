import type { ServerResponse } from 'node:http';
import type { Integration, MockResponse } from '#local/rest-api/definition/api-definition.ts';
import {
  renderTemplate,
  unquote,
  type TemplateVariables,
} from '#local/rest-api/integration/mapping-template.ts';
import { isRecord } from '#local/wire/shape.ts';

/** Answers as a mock integration does; false where no response of it fits. */
export function sendMockResponse(
  { requestTemplates, responses }: Integration & { readonly type: 'mock' },
  {
    contentType,
    variables,
  }: { readonly contentType: string; readonly variables: TemplateVariables },
  response: ServerResponse,
): boolean {
  const template = requestTemplates[contentType] ?? requestTemplates['application/json'];
  const status = template === undefined ? 200 : statusIn(renderTemplate(template, variables));
  const chosen = responses.find((each) => fits(each, status)) ?? responses.find(isDefault);
  if (status === undefined || chosen === undefined) return false;
  const [[type, body] = ['application/json', '']] = Object.entries(chosen.templates);
  const headers = Object.entries(chosen.parameters).map(([name, value]) => {
    return [name.replace('method.response.header.', ''), unquote(value)] as const;
  });
  response.writeHead(chosen.status, { 'content-type': type, ...Object.fromEntries(headers) });
  response.end(renderTemplate(body, variables));
  return true;
}

/** Some write the object without quotes around its name. */
function statusIn(rendered: string): number | undefined {
  try {
    const value: unknown = JSON.parse(rendered.replace(/\{\s*statusCode\s*:/u, '{"statusCode":'));
    return isRecord(value) ? Number(value['statusCode']) : undefined;
  } catch {
    return undefined;
  }
}

function fits({ pattern }: MockResponse, status: number | undefined): boolean {
  return (
    pattern !== undefined && pattern !== '' && new RegExp(`^(?:${pattern})$`).test(String(status))
  );
}

function isDefault({ pattern }: MockResponse): boolean {
  return pattern === undefined || pattern === '';
}
