import { parseBody, type LambdaOutput } from '#local/lambda/api/lambda-call.ts';
import { notFound, toValidationError } from '#local/lambda/api/lambda-errors.ts';
import type { WebFunctionDefinition } from '#local/web-functions/definition/web-function-definition.ts';
import {
  renderEndpoint,
  renderFunction,
  renderRevision,
  summarizeRevision,
  type RenderContext,
} from '#local/web-functions/api/render.ts';
import type { AwsRequest } from '#local/wire/aws-exchange.ts';
import { isDecodable } from '#local/wire/read-body.ts';
import { integer, list, oneOf, readShape, string, structure } from '#local/wire/shape.ts';

export interface WebFunctionApi extends RenderContext {
  readonly definitions: readonly WebFunctionDefinition[];
}

type Item = Readonly<Record<string, unknown>>;

const path =
  /^\/2025-03-07\/web-functions(?:\/([^/]+)(?:\/(list-endpoints|list-revisions|endpoints|revisions)(?:\/([^/]+))?)?)?\/?$/u;

/**
 * Runs an operation of the API of web functions that reads (Lambda Web API reference). Returns
 * undefined for the path of another API. Throws Lambda's errors.
 */
export function answerWebFunctions(
  api: WebFunctionApi,
  { method, url, body }: AwsRequest,
): LambdaOutput | undefined {
  const parts = isDecodable(url) ? path.exec(url.split('?')[0] ?? '') : null;
  if (parts === null) return undefined;
  const [functionName, detail, itemName] = parts
    .slice(1)
    .map((part) => (part === undefined ? undefined : decodeURIComponent(part)));
  const page = (name: string, items: readonly Item[]): LambdaOutput =>
    ok(paginate(name, items, body));
  if (functionName === undefined) {
    if (method !== 'POST') return undefined;
    return page(
      'functions',
      api.definitions.map((each) => renderFunction(each, api)),
    );
  }
  const own = findItem(api.definitions, functionName);
  switch ([method, detail, itemName === undefined ? '' : 'item'].join(' ')) {
    case 'GET  ':
      return ok(renderFunction(own, api));
    case 'POST list-endpoints ':
      return page(
        'endpoints',
        own.endpoints.map((each) => renderEndpoint(each, own, api)),
      );
    case 'POST list-revisions ':
      return page(
        'revisions',
        own.revisions.map((each) => summarizeRevision(each, api)),
      );
    case 'GET endpoints item':
      return ok(renderEndpoint(findItem(own.endpoints, itemName), own, api));
    case 'GET revisions item':
      return ok(renderRevision(findRevision(own, itemName), own, api));
    default:
      return undefined;
  }
}

function ok(body: unknown): LambdaOutput {
  return { status: 200, body };
}

/** Returns what has a name or an ARN. */
function findItem<Named extends { readonly name: string; readonly arn: string }>(
  items: readonly Named[],
  nameOrArn: string | undefined,
): Named {
  const item = items.find(({ name, arn }) => nameOrArn === name || nameOrArn === arn);
  if (item === undefined) throw notFound();
  return item;
}

function findRevision(
  { revisions }: WebFunctionDefinition,
  idOrArn: string | undefined,
): WebFunctionDefinition['revisions'][number] {
  return findItem(
    revisions.map((each) => ({ ...each, name: each.id })),
    idOrArn,
  );
}

/** How many items a page has at most, also without `maxResults`. */
const pageSize = 50;

const filterNames = ['state', 'authType', 'autoDeploymentMode', 'endpointType'] as const;

const pageShape = structure(
  {},
  {
    filters: list(structure({ name: oneOf(...filterNames), values: list(string()) }), {
      min: 1,
      max: 10,
    }),
    maxResults: integer({ min: 1, max: pageSize }),
    nextToken: string({ pattern: '[a-f0-9-]{36}' }),
  },
);

function paginate(name: string, items: readonly Item[], body: Buffer): object {
  const {
    filters = [],
    maxResults = pageSize,
    nextToken,
  } = readShape(pageShape, parseBody(body), toValidationError);
  const matching = items.filter((item) =>
    filters.every((filter) => filter.values.includes(String(item[filter.name]))),
  );
  const start = nextToken === undefined ? 0 : Number.parseInt(nextToken.slice(24), 16);
  const end = start + maxResults;
  return {
    [name]: matching.slice(start, end),
    ...(end < matching.length ? { nextToken: tokenOf(end) } : {}),
  };
}

/** Tokens have the form of a UUID. Its end is where the next page begins. */
function tokenOf(start: number): string {
  return `00000000-0000-0000-0000-${start.toString(16).padStart(12, '0')}`;
}
