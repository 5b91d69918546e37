import type {
  FunctionOperation,
  LambdaOutput,
  LambdaResources,
} from '#local/lambda/api/lambda-call.ts';
import { toValidationError } from '#local/lambda/api/lambda-errors.ts';
import { renderConfiguration } from '#local/lambda/api/render-configuration.ts';
import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';
import { isNameOf } from '#local/lambda/definition/read-functions.ts';
import type {
  EventSourceDefinition,
  QueueSource,
  StreamSource,
} from '#local/lambda/event-sources/read-event-sources.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import type { Functions } from '#local/lambda/functions.ts';
import { integer, readShape, string, structure } from '#local/wire/shape.ts';

const ok = (body: unknown): LambdaOutput => ({ status: 200, body });

/** `GetFunction`. */
export const getFunction: FunctionOperation = ({ host }) => {
  const { definition } = host;
  return ok({
    Configuration: renderConfiguration(host),
    Code: { RepositoryType: 'S3', Location: `file://${definition.root}` },
    Tags: {},
    ...(definition.concurrency.type === 'reserved'
      ? { Concurrency: reservedConcurrency(definition) }
      : {}),
  });
};

/** `GetFunctionConfiguration`. */
export const getConfiguration: FunctionOperation = ({ host }) => ok(renderConfiguration(host));

/** `GetFunctionConcurrency`. */
export const getConcurrency: FunctionOperation = ({ host }) =>
  ok(reservedConcurrency(host.definition));

/** `ListVersionsByFunction`. */
export const listVersions: FunctionOperation = ({ host }) =>
  ok({ Versions: [renderConfiguration(host)] });

/** `ListAliases`. */
export const listAliases: FunctionOperation = ({ host }) => {
  const { aliases, arn } = host.definition;
  const Aliases = aliases.map((name) => {
    return { Name: name, AliasArn: `${arn}:${name}`, FunctionVersion: '1', Description: '' };
  });
  return ok({ Aliases });
};

function reservedConcurrency({ concurrency }: FunctionDefinition): object {
  if (concurrency.type === 'account') return {};
  return { ReservedConcurrentExecutions: concurrency.limit };
}

const pageShape = structure(
  {},
  { MaxItems: integer({ min: 1, max: 10_000 }), Marker: string({ pattern: String.raw`\d+` }) },
);

/** Returns the output of `ListFunctions`: pages of up to 50 functions. */
export function listFunctions({ functions }: LambdaResources, query: URLSearchParams): object {
  const maxItems = query.get('MaxItems');
  const input = {
    MaxItems: maxItems === null ? undefined : Number(maxItems),
    Marker: query.get('Marker'),
  };
  const page = readShape(pageShape, input, toValidationError);
  const start = Number(page.Marker ?? 0);
  const end = start + Math.min(50, page.MaxItems ?? 50);
  const all = functions.all().map(renderConfiguration);
  const rest = end < all.length ? { NextMarker: String(end) } : {};
  return { Functions: all.slice(start, end), ...rest };
}

/** Returns the output of `GetAccountSettings`. The sizes of code are AWS's quotas, in bytes. */
export function accountSettings({ account, functions }: LambdaResources): object {
  return {
    AccountLimit: {
      TotalCodeSize: 80_530_636_800,
      CodeSizeUnzipped: 262_144_000,
      CodeSizeZipped: 52_428_800,
      ConcurrentExecutions: account.limit,
      UnreservedConcurrentExecutions: account.unreserved(),
    },
    AccountUsage: { TotalCodeSize: 0, FunctionCount: functions.all().length },
  };
}

/** Returns the output of `ListEventSourceMappings`, of one function or of all. */
export function listSources(
  { eventSources, functions }: LambdaResources,
  host: FunctionHost | undefined,
): object {
  const sources = eventSources().filter(
    ({ functionName }) => host === undefined || isNameOf(host.definition, functionName),
  );
  return { EventSourceMappings: sources.map((source) => renderSource(source, functions)) };
}

function renderSource(source: EventSourceDefinition, functions: Functions): object {
  return {
    UUID: source.id,
    BatchSize: source.batchSize,
    MaximumBatchingWindowInSeconds: source.windowMs / 1000,
    EventSourceArn: source.sourceArn,
    FunctionArn: functions.find(source.functionName)?.definition.arn,
    State: source.isEnabled ? 'Enabled' : 'Disabled',
    FunctionResponseTypes: source.reportsItemFailures ? ['ReportBatchItemFailures'] : [],
    ...(source.type === 'queue' ? queueMembers(source) : streamMembers(source)),
  };
}

function queueMembers({ maximumConcurrency }: QueueSource): object {
  return { ScalingConfig: { MaximumConcurrency: maximumConcurrency } };
}

function streamMembers(source: StreamSource): object {
  const { maxAgeMs, maxRetries, onFailure } = source;
  return {
    StartingPosition: source.startingPosition,
    ParallelizationFactor: source.parallelization,
    BisectBatchOnFunctionError: source.bisects,
    MaximumRecordAgeInSeconds: maxAgeMs === Infinity ? -1 : maxAgeMs / 1000,
    MaximumRetryAttempts: maxRetries === Infinity ? -1 : maxRetries,
    DestinationConfig: { OnFailure: { Destination: onFailure } },
    TumblingWindowInSeconds: 0,
  };
}
