import { createHash } from 'node:crypto';
import { AwsError, toAwsError } from '#local/wire/aws-error.ts';
import type { AwsResponse, Engine } from '#local/wire/aws-exchange.ts';
import { verifySignature } from '#local/wire/aws-json.ts';
import type { CorsDefinition, UrlDefinition } from '#local/function-url/read-urls.ts';
import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import { functionNotFound, type Functions } from '#local/lambda/functions.ts';
import { invoke, type InvokeSettings } from '#local/lambda/invoke/invoke-api.ts';
import { isNameOf } from '#local/lambda/definition/read-functions.ts';
import type { EventSourceDefinition } from '#local/lambda/definition/read-event-sources.ts';
import { isDecodable } from '#local/wire/read-body.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { accountId } from '#local/template/stack-context.ts';

export interface LambdaApi extends InvokeSettings {
  readonly credentials: Credentials;
  readonly region: string;
  readonly functions: Functions;
  urls(): readonly UrlDefinition[];
  addressOf(url: UrlDefinition): string;
  eventSources(): readonly EventSourceDefinition[];
}

/** Creates the engine of Lambda's own API: invocations and the read operations. */
export function createLambdaEngine(api: LambdaApi): Engine {
  return async (request, response) => {
    try {
      verifySignature(request, api.credentials, { status: 403 });
      const path = request.url.split('?')[0] ?? '';
      const invocation = invocationPath.exec(path);
      if (invocation === null || request.method !== 'POST') {
        return send(response, read(api, request.method, request.url));
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

function send(response: AwsResponse, output: unknown): void {
  response.start(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(output));
}

function sendError(response: AwsResponse, { code, message, status, members }: AwsError): void {
  response.start(status, { 'content-type': 'application/json', 'x-amzn-errortype': code });
  response.end(JSON.stringify({ ...members, Type: status < 500 ? 'User' : 'Service', message }));
}

/** Returns the function named in a path segment. Throws Lambda's error if it does not exist. */
function requireFunction({ functions, region }: LambdaApi, segment: string): FunctionHost {
  if (!isDecodable(segment)) throw unknownOperationError();
  const name = decodeURIComponent(segment);
  const host = functions.find(name);
  if (host !== undefined) return host;
  const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}`;
  throw functionNotFound(name.startsWith('arn:') ? name : arn);
}

function unknownOperationError(): AwsError {
  const message = 'Unknown operation.';
  return new AwsError('UnknownOperationException', message, { status: 404 });
}

/** Returns the output of a read operation (Lambda API reference). */
function read(api: LambdaApi, method: string, url: string): unknown {
  const [path = '', query = ''] = url.split(/\?(.*)/su);
  if (method !== 'GET') throw unknownOperationError();
  if (/^\/2015-03-31\/functions\/?$/u.test(path)) return listFunctions(api, query);
  if (/^\/2015-03-31\/event-source-mappings\/?$/u.test(path)) return listSources(api, query);
  const form = /^\/[\d-]+\/functions\/([^/]+)(?:\/([\w-]+))?$/u;
  const [, segment = '', detail = 'function'] = form.exec(path) ?? [];
  if (!Object.hasOwn(detailReaders, detail)) throw unknownOperationError();
  return detailReaders[detail]?.(requireFunction(api, segment).definition, api);
}

type DetailReader = (definition: FunctionDefinition, api: LambdaApi) => unknown;

/** Readers by the path segment that follows the function. */
const detailReaders: Readonly<Record<string, DetailReader>> = {
  function: (definition) => ({
    Configuration: toConfiguration(definition),
    Code: { RepositoryType: 'S3', Location: `file://${definition.root}` },
    Tags: {},
    ...(definition.concurrency.type === 'reserved'
      ? { Concurrency: reservedConcurrency(definition) }
      : {}),
  }),
  configuration: toConfiguration,
  concurrency: reservedConcurrency,
  url(definition, api) {
    const [url] = listUrls(api, definition);
    if (url !== undefined) return url;
    const message = 'The resource you requested does not exist.';
    throw new AwsError('ResourceNotFoundException', message, { status: 404 });
  },
  urls: (definition, api) => ({ FunctionUrlConfigs: listUrls(api, definition) }),
  versions: (definition) => ({ Versions: [toConfiguration(definition)] }),
  aliases: ({ aliases, arn }) => ({
    Aliases: aliases.map((name) => {
      return { Name: name, AliasArn: `${arn}:${name}`, FunctionVersion: '1', Description: '' };
    }),
  }),
};

function reservedConcurrency({ concurrency }: FunctionDefinition): object {
  if (concurrency.type === 'account') return {};
  return { ReservedConcurrentExecutions: concurrency.limit };
}

function listFunctions({ functions }: LambdaApi, query: string): object {
  const parameters = new URLSearchParams(query);
  const start = Number(parameters.get('Marker') ?? 0);
  const maxItems = Math.min(50, Number(parameters.get('MaxItems') ?? 50));
  const all = functions.all().map(({ definition }) => toConfiguration(definition));
  const rest = start + maxItems < all.length ? { NextMarker: String(start + maxItems) } : {};
  return { Functions: all.slice(start, start + maxItems), ...rest };
}

function listSources(api: LambdaApi, query: string): object {
  const name = new URLSearchParams(query).get('FunctionName');
  const host = name === null ? undefined : requireFunction(api, encodeURIComponent(name));
  const sources = api
    .eventSources()
    .filter(({ functionName }) => host === undefined || isNameOf(host.definition, functionName));
  const EventSourceMappings = sources.map((source) => ({
    UUID: source.id,
    BatchSize: source.batchSize,
    MaximumBatchingWindowInSeconds: source.windowMs / 1000,
    EventSourceArn: source.queueArn,
    FunctionArn: api.functions.find(source.functionName)?.definition.arn,
    State: source.isEnabled ? 'Enabled' : 'Disabled',
    FunctionResponseTypes: source.reportsItemFailures ? ['ReportBatchItemFailures'] : [],
  }));
  return { EventSourceMappings };
}

function toConfiguration(definition: FunctionDefinition): object {
  const { logging } = definition;
  return {
    FunctionName: definition.name,
    FunctionArn: definition.arn,
    Runtime: definition.runtime,
    Role: definition.role,
    Handler: definition.handler,
    Description: definition.description,
    Timeout: definition.timeoutMs / 1000,
    MemorySize: definition.memoryMb,
    CodeSize: 0,
    CodeSha256: createHash('sha256').update(definition.root).digest('base64'),
    LastModified: '2026-01-01T00:00:00.000+0000',
    Version: '$LATEST',
    Environment: { Variables: definition.environment },
    TracingConfig: { Mode: 'PassThrough' },
    RevisionId: '00000000-0000-4000-8000-000000000000',
    Layers: definition.layers.map(({ arn }) => ({ Arn: arn, CodeSize: 0 })),
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: [definition.architecture],
    EphemeralStorage: { Size: 512 },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: {
      LogFormat: logging.format,
      LogGroup: logging.group,
      ...(logging.format === 'JSON'
        ? { ApplicationLogLevel: logging.applicationLevel, SystemLogLevel: logging.systemLevel }
        : {}),
    },
  };
}

function listUrls(api: LambdaApi, definition: FunctionDefinition): readonly object[] {
  return api
    .urls()
    .filter(({ target }) => isNameOf(definition, target))
    .map((url) => ({
      FunctionUrl: api.addressOf(url),
      FunctionArn: definition.arn,
      AuthType: url.authType,
      InvokeMode: url.invokeMode,
      CreationTime: '2026-01-01T00:00:00.000Z',
      LastModifiedTime: '2026-01-01T00:00:00.000Z',
      Cors: url.cors === undefined ? undefined : toCors(url.cors),
    }));
}

function toCors(cors: CorsDefinition): object {
  return {
    AllowOrigins: cors.allowOrigins,
    AllowMethods: cors.allowMethods,
    AllowHeaders: cors.allowHeaders,
    ExposeHeaders: cors.exposeHeaders,
    AllowCredentials: cors.allowCredentials,
    MaxAge: cors.maxAge,
  };
}
