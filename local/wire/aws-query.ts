import { AwsError } from '#local/wire/aws-error.ts';
import type { AwsRequest, Engine } from '#local/wire/aws-exchange.ts';
import { toServiceError, verifySignature, type OperationCall } from '#local/wire/aws-json.ts';
import type { Problem } from '#local/wire/shape.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

/** An operation of the query protocol. It takes form parameters and returns a tree for XML. */
export type QueryOperation = (parameters: URLSearchParams, call: OperationCall) => unknown;

/** A service with the query protocol and its operations. */
export interface QueryService {
  readonly namespace: string;
  readonly credentials: Credentials;
  readonly operations: ReadonlyMap<string, QueryOperation>;
  /** Returns the service's own error for invalid input, if it is not a ValidationException. */
  refuse?(problems: readonly Problem[]): AwsError;
  /** Returns the parameters that the path of a request stands for. */
  fromPath?(path: string): Readonly<Record<string, string>>;
  /** Returns a result as it is in JSON. Without this, the service answers in XML only. */
  toJson?(action: string, result: unknown): unknown;
}

/**
 * Returns the engine of a service with AWS's query protocol: parameters in the URL or in a form, and
 * responses in XML. Some services answer in JSON to those who accept it.
 */
export function createQueryEngine(service: QueryService): Engine {
  const { namespace, credentials, operations, refuse, toJson } = service;
  return async (request, response) => {
    const isJson = toJson !== undefined && request.headers['accept'] === 'application/json';
    const RequestId = response.requestId;
    try {
      verifySignature(request, credentials, { status: 403 });
      const parameters = parametersOf(service, request);
      const action = parameters.get('Action') ?? '';
      const run = operations.get(action);
      if (run === undefined) {
        throw new AwsError(
          'InvalidAction',
          `The action ${action} is not valid for this web service.`,
        );
      }
      const result = await run(parameters, response);
      const parts = {
        [`${action}Result`]: isJson ? toJson(action, result) : result,
        ResponseMetadata: { RequestId },
      };
      if (isJson) sendJson(200, { [`${action}Response`]: parts });
      else sendXml(200, `${action}Response`, parts);
    } catch (thrown) {
      const { code, queryCode = code, message, status } = toServiceError(thrown, refuse);
      const Type = status < 500 ? 'Sender' : 'Receiver';
      const parts = { Error: { Type, Code: queryCode, Message: message }, RequestId };
      if (isJson) sendJson(status, parts);
      else sendXml(status, 'ErrorResponse', parts);
    }

    function sendJson(status: number, body: unknown): void {
      response.start(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    }

    function sendXml(status: number, root: string, tree: unknown): void {
      response.start(status, { 'content-type': 'text/xml' });
      response.end(`<${root} xmlns="${namespace}">${toXml(tree)}</${root}>`);
    }
  };
}

/** Returns the parameters of a request: those in its URL, in its form and in its path. */
function parametersOf({ fromPath }: QueryService, request: AwsRequest): URLSearchParams {
  const [path = '/', search = ''] = request.url.split('?');
  const own = Object.entries(fromPath?.(path) ?? {});
  const type = String(request.headers['content-type'] ?? '');
  const isForm = type.startsWith('application/x-www-form-urlencoded');
  const form = new URLSearchParams(isForm ? request.body.toString('utf8') : '');
  return new URLSearchParams([...own, ...new URLSearchParams(search), ...form]);
}

/**
 * Returns the form parameters of a request as nested objects and lists. The parts of a name are
 * joined by dots, and `member.1` is the first item of a list. All values are strings. Empty ones are
 * left out, because an empty list is written like an empty string.
 */
export function toTree(parameters: URLSearchParams): Readonly<Record<string, unknown>> {
  const root: Tree = new Map();
  for (const [name, value] of parameters) {
    if (value === '') continue;
    const parts = name.split('.').filter((part) => part !== 'member');
    const last = parts.pop() ?? '';
    let place = root;
    for (const part of parts) {
      const next = place.get(part);
      const inner: Tree = next instanceof Map ? next : new Map();
      place.set(part, inner);
      place = inner;
    }
    place.set(last, value);
  }
  return Object.fromEntries([...root].map(([name, node]) => [name, plain(node)]));
}

/** A text, or what is below a part of a name. */
type Tree = Map<string, Tree | string>;

function plain(node: Tree | string): unknown {
  if (typeof node === 'string') return node;
  const entries = [...node].map(([name, inner]) => [name, plain(inner)] as const);
  const isList = entries.every(([name]) => /^\d+$/u.test(name));
  if (!isList) return Object.fromEntries(entries);
  return entries.toSorted(([one], [other]) => Number(one) - Number(other)).map(([, item]) => item);
}

/** Returns a tree as XML. Lists repeat their element; null and undefined are left out. */
export function toXml(tree: unknown): string {
  if (typeof tree !== 'object' || tree === null) return escapeXml(String(tree));
  return Object.entries(tree)
    .flatMap(([name, value]: [string, unknown]) => {
      const values = Array.isArray(value) ? value : [value];
      return values
        .filter((each) => each !== undefined && each !== null)
        .map((each) => `<${name}>${toXml(each)}</${name}>`);
    })
    .join('');
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"\r]/gu, (character) => escapes[character] ?? character);
}
