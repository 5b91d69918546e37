import type {
  FunctionOperation,
  LambdaOutput,
  LambdaResources,
} from '#local/lambda/api/lambda-call.ts';
import { toValidationError } from '#local/lambda/api/lambda-errors.ts';
import { addPermission, getPolicy, removePermission } from '#local/lambda/api/policy-operations.ts';
import {
  accountSettings,
  getConcurrency,
  getConfiguration,
  getFunction,
  listAliases,
  listFunctions,
  listSources,
  listVersions,
} from '#local/lambda/api/read-operations.ts';
import { updateCode } from '#local/lambda/api/update-code.ts';
import { updateConfiguration } from '#local/lambda/api/update-configuration.ts';
import {
  createUrl,
  deleteUrl,
  getUrl,
  listUrls,
  updateUrl,
} from '#local/lambda/api/url-operations.ts';
import { qualifierIn } from '#local/lambda/definition/qualifier.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import { functionNotFound } from '#local/lambda/functions.ts';
import { invoke, type InvokeSettings } from '#local/lambda/invoke/invoke-api.ts';
import {
  answerWebFunctions,
  type WebFunctionApi,
} from '#local/web-functions/api/web-function-api.ts';
import { accountId } from '#local/template/stack-context.ts';
import { AwsError, toAwsError } from '#local/wire/aws-error.ts';
import type { AwsRequest, AwsResponse, Engine } from '#local/wire/aws-exchange.ts';
import { verifySignature } from '#local/wire/aws-json.ts';
import { isDecodable } from '#local/wire/read-body.ts';
import { readShape, string, structure } from '#local/wire/shape.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

export interface LambdaApi extends InvokeSettings, LambdaResources {
  readonly credentials: Credentials;
  readonly webFunctions: WebFunctionApi;
}

/** Creates the engine of Lambda's own API: invocations, and operations that read or change. */
export function createLambdaEngine(api: LambdaApi): Engine {
  return async (request, response) => {
    try {
      verifySignature(request, api.credentials, { status: 403 });
      const path = request.url.split('?')[0] ?? '';
      const invocation = invocationPath.exec(path);
      if (invocation === null || request.method !== 'POST') {
        return send(response, await answer(api, request));
      }
      const [, version, segment = ''] = invocation;
      const host = requireFunction(api, segment);
      await invoke(api, { host, request, response, isStreamed: version === '2021-11-15' });
    } catch (error) {
      sendError(response, toAwsError(error));
    }
  };
}

const invocationPath =
  /^\/(2015-03-31|2021-11-15)\/functions\/([^/]+)\/(?:invocations|response-streaming-invocations)$/u;

function send(response: AwsResponse, { status, body }: LambdaOutput): void {
  response.start(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

function sendError(response: AwsResponse, { code, message, status, members }: AwsError): void {
  response.start(status, { 'content-type': 'application/json', 'x-amzn-errortype': code });
  response.end(JSON.stringify({ ...members, Type: status < 500 ? 'User' : 'Service', message }));
}

/** Operations on one function, by the method and what follows the function in the path. */
const operations: ReadonlyMap<string, FunctionOperation> = new Map([
  ['GET', getFunction],
  ['GET aliases', listAliases],
  ['GET concurrency', getConcurrency],
  ['GET configuration', getConfiguration],
  ['PUT configuration', updateConfiguration],
  ['PUT code', updateCode],
  ['GET policy', getPolicy],
  ['POST policy', addPermission],
  ['DELETE policy/…', removePermission],
  ['GET url', getUrl],
  ['POST url', createUrl],
  ['PUT url', updateUrl],
  ['DELETE url', deleteUrl],
  ['GET urls', listUrls],
  ['GET versions', listVersions],
]);

/** Runs an operation other than an invocation (Lambda API reference). */
function answer(api: LambdaApi, request: AwsRequest): LambdaOutput | Promise<LambdaOutput> {
  const ofWebFunctions = answerWebFunctions(api.webFunctions, request);
  if (ofWebFunctions !== undefined) return ofWebFunctions;
  const { method, url, body } = request;
  const [path = '', search = ''] = url.split(/\?(.*)/su);
  const query = new URLSearchParams(search);
  if (method === 'GET' && /^\/2015-03-31\/functions\/?$/u.test(path)) {
    return { status: 200, body: listFunctions(api, query) };
  }
  if (method === 'GET' && /^\/2016-08-19\/account-settings\/?$/u.test(path)) {
    return { status: 200, body: accountSettings(api) };
  }
  if (method === 'GET' && /^\/2015-03-31\/event-source-mappings\/?$/u.test(path)) {
    const name = query.get('FunctionName');
    const host = name === null ? undefined : requireFunction(api, encodeURIComponent(name));
    return { status: 200, body: listSources(api, host) };
  }
  const form = /^\/[\d-]+\/functions\/([^/]+)(?:\/([\w-]+)(?:\/([^/]+))?)?$/u;
  const [, segment = '', detail, rest] = form.exec(path) ?? [];
  const name = [method, ...(detail === undefined ? [] : [` ${detail}`])].join('');
  const run = operations.get(rest === undefined ? name : `${name}/…`);
  if (run === undefined || !isDecodable(path)) throw unknownOperationError();
  const host = requireFunction(api, segment);
  const qualifier = query.get('Qualifier') ?? qualifierIn(decodeURIComponent(segment));
  // URLs word this differently.
  const isOfUrl = detail === 'url' || detail === 'urls';
  if (qualifier !== undefined && !isOfUrl) {
    requireFunction(api, encodeURIComponent(`${host.definition.arn}:${qualifier}`));
  }
  return run({ host, qualifier, rest, query, body }, api);
}

function unknownOperationError(): AwsError {
  const message = 'Unknown operation.';
  return new AwsError('UnknownOperationException', message, { status: 404 });
}

const nameShape = structure({
  FunctionName: string({
    min: 1,
    max: 256,
    pattern: String.raw`(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`,
  }),
});

/** Returns the function named in a path segment. Throws Lambda's error if it does not exist. */
function requireFunction({ functions, region }: LambdaApi, segment: string): FunctionHost {
  if (!isDecodable(segment)) throw unknownOperationError();
  const name = decodeURIComponent(segment);
  const host = functions.find(name);
  if (host !== undefined) return host;
  readShape(nameShape, { FunctionName: name }, toValidationError);
  const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}`;
  throw functionNotFound(name.startsWith('arn:') ? name : arn);
}
