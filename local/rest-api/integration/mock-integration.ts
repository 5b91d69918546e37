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
  const { rendered, status: chosen = match.status, header } = renderResponse(body, variables);
  const sent = { 'content-type': type, ...Object.fromEntries(headers), ...header };
  response.writeHead(chosen, sent);
  response.end(rendered);
  return true;
}

interface RenderedResponse {
  readonly rendered: string;
  readonly status?: number;
  readonly header: Readonly<Record<string, string>>;
}

/** Renders a response template, which may set `$context.responseOverride`. */
function renderResponse(body: string, variables: TemplateVariables): RenderedResponse {
  const responseOverride: { status?: number; header: Record<string, string> } = { header: {} };
  const context = { ...variables.context, responseOverride };
  const rendered = renderTemplate(body, { ...variables, context });
  return { rendered, ...responseOverride };
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
