import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { createBedrock, type BedrockOptions } from '#local/bedrock/bedrock.ts';
import { openDataDirectory, type Secrets } from '#local/data-directory.ts';
import { connectDoors, openDoors, type Doors } from '#local/doors.ts';
import { startTables } from '#local/dynamodb/tables.ts';
import { createGateway, serviceOf } from '#local/gateway.ts';
import type { Engine } from '#local/aws-exchange.ts';
import { createLambdaEngine } from '#local/lambda/invoke-api.ts';
import { createFunctionHost, type FunctionHost } from '#local/lambda/function-host.ts';
import { writeBootstrap } from '#local/lambda/write-bootstrap.ts';
import { listen } from '#local/listen.ts';
import type { ApiKey } from '#local/rest-api/server.ts';
import { resolve, type Scope } from '#local/intrinsics.ts';
import { isRecord } from '#local/shape.ts';
import { createScope } from '#local/stack-scope.ts';
import { readStack, unhostedTypes, type Stack } from '#local/stack.ts';
import type { FunctionState, LocalState } from '#local/state-file.ts';
import { readTemplate, type Template } from '#local/template.ts';

const region = 'us-east-1';

export interface LocalOptions {
  /** A `cdk.out` folder, or a template in JSON or YAML. */
  readonly template: string;
  /** Values for the template's parameters. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The gateway's port, from which all others are counted; 0 takes any. */
  readonly port: number;
  /** The folder that keeps tables and secrets. */
  readonly data: string;
  /** How the local Bedrock answers. */
  readonly bedrock: Omit<BedrockOptions, 'identity'>;
  /** Where the functions find a service instead of here, by service id (`bedrock-runtime`). */
  readonly endpoints?: Readonly<Record<string, string>>;
  log(line: string): void;
}

export interface LocalSystem {
  readonly state: LocalState;
  /** A function, by logical id. */
  functionHost(logicalId: string): FunctionHost;
  close(): Promise<void>;
}

/** Hosts a template: all of it is up when this resolves. What it started is ended if it throws. */
export async function startLocal(options: LocalOptions): Promise<LocalSystem> {
  await using starting = new AsyncDisposableStack();
  const template = await readTemplate(options.template, options.parameters);
  const secrets = await openDataDirectory(options.data);
  const hosts: FunctionHost[] = [];
  const { credentials } = secrets;
  const hostOf = (name: string): FunctionHost | undefined =>
    hosts.find(({ definition }) => definition.name === name);
  const lambda = createLambdaEngine({ credentials, region, hostOf });
  const endpoint = await startServices(options, { secrets, lambda }, starting);
  // The doors, opened later, are closed earlier: then nobody can ask the functions for more.
  starting.defer(async () => {
    await Promise.all(hosts.map((host) => host.close()));
  });
  const doors = await openDoors(template, options.port, starting);
  const scope = scopeOf(template, doors, options);
  const stack = readStack(template, scope);
  hosts.push(...(await createHosts(stack, { options, secrets, endpoint: endpoint.url })));
  for (const table of stack.tables) await endpoint.createTable(table);
  const apiKeys = stack.apiKeys.map((key) => ({
    ...key,
    value: key.value ?? keyValue(secrets, key.id),
  }));
  connectDoors(doors, { stack, hosts, credentials, apiKeys });
  const running = starting.move();
  return {
    state: {
      ready: true,
      region,
      credentials,
      endpoints: { aws: endpoint.url },
      bedrock: { apiKeys: [bedrockKey(secrets)] },
      functions: functionStates(stack, doors),
      apis: apiStates(stack, doors, apiKeys),
      outputs: readOutputs(template, scope),
      tables: Object.fromEntries(stack.tables.map(({ logicalId, name }) => [logicalId, name])),
    },
    functionHost(logicalId) {
      const host = hosts.find(({ definition }) => definition.logicalId === logicalId);
      if (host === undefined) throw new Error(`There is no function ${logicalId}`);
      return host;
    },
    close: () => running.disposeAsync(),
  };
}

interface Services {
  readonly url: string;
  readonly createTable: Awaited<ReturnType<typeof startTables>>['create'];
}

/** The AWS services, behind one port. */
async function startServices(
  { data, bedrock: settings, port }: LocalOptions,
  { secrets, lambda }: { readonly secrets: Secrets; readonly lambda: Engine },
  starting: AsyncDisposableStack,
): Promise<Services> {
  const { credentials } = secrets;
  const identity = {
    mode: 'strict',
    credentials: [credentials],
    apiKeys: [bedrockKey(secrets)],
  } as const;
  const bedrock = createBedrock({ ...settings, region, identity });
  const tables = await startTables(join(data, 'dynamodb'), credentials);
  starting.defer(() => tables.close());
  const engines = new Map([
    ['dynamodb', tables.engine],
    ['bedrock', bedrock.engine],
    ['lambda', lambda],
  ]);
  const gateway = createGateway((request) => engines.get(serviceOf(request) ?? ''));
  const bound = await listen(gateway.server, { port, option: '--port' });
  starting.defer(() => gateway.close());
  return { url: `http://127.0.0.1:${bound}`, createTable: (table) => tables.create(table) };
}

function scopeOf(template: Template, doors: Doors, { log }: LocalOptions): Scope {
  const warn = (message: string): void => log(`! ${message}`);
  for (const type of unhostedTypes(template)) warn(`${type} is not hosted here`);
  const urls = new Map([...doors].map(([logicalId, { origin }]) => [logicalId, `${origin}/`]));
  return createScope({ template, region, urls, warn });
}

/** What the template gives out, by name; what has no value here is left out. */
function readOutputs({ outputs }: Template, scope: Scope): Readonly<Record<string, string>> {
  const values = Object.entries(outputs).flatMap(([name, output]) => {
    const { Condition, Value } = isRecord(output) ? output : {};
    if (typeof Condition === 'string' && !scope.condition(Condition)) return [];
    const value = resolve(Value, scope);
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return Object.fromEntries(values);
}

interface HostSettings {
  readonly options: LocalOptions;
  readonly secrets: Secrets;
  readonly endpoint: string;
}

async function createHosts(
  stack: Stack,
  { options, secrets, endpoint }: HostSettings,
): Promise<readonly FunctionHost[]> {
  const bootstrap = await writeBootstrap(join(options.data, 'runtime'));
  const variables = {
    ...processVariables(),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: secrets.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: secrets.credentials.secretAccessKey,
    AWS_ENDPOINT_URL: endpoint,
    ...endpointVariables(options.endpoints ?? {}),
  };
  return stack.functions.map((definition) => {
    const log = (line: string): void => options.log(`${definition.logicalId}  ${line}`);
    return createFunctionHost({ definition, bootstrap, variables, log });
  });
}

/** Of this process's own environment a function sees only what no process can do without. */
function processVariables(): Record<string, string> {
  const names = process.platform === 'win32' ? ['PATH', 'SystemRoot', 'TEMP'] : ['PATH'];
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? '']));
}

/** `bedrock-runtime` becomes `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`, as every AWS SDK reads it. */
function endpointVariables(endpoints: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(endpoints).map(([service, url]) => {
    return [`AWS_ENDPOINT_URL_${service.toUpperCase().replaceAll('-', '_')}`, url] as const;
  });
  return Object.fromEntries(entries);
}

/** A bearer key for Bedrock, for programs that do not sign; AWS's own begin the same way. */
function bedrockKey(secrets: Secrets): string {
  return `ABSK${keyValue(secrets, 'bedrock')}`;
}

/** The value of a key that the template leaves to API Gateway: 40 characters. */
function keyValue({ apiKeySeed }: Secrets, id: string): string {
  return createHmac('sha256', apiKeySeed)
    .update(id)
    .digest('base64url')
    .replaceAll(/[-_]/gu, 'x')
    .slice(0, 40);
}

function functionStates(stack: Stack, doors: Doors): Record<string, FunctionState> {
  const states = stack.functions.map(({ logicalId, name, arn }) => {
    const url = stack.urls.find(({ functionArn }) => functionArn === arn);
    const origin = doors.get(url?.logicalId ?? '')?.origin;
    if (url === undefined || origin === undefined) return [logicalId, { name }] as const;
    const { authType, invokeMode } = url;
    return [logicalId, { name, url: `${origin}/`, authType, invokeMode }] as const;
  });
  return Object.fromEntries(states);
}

function apiStates(stack: Stack, doors: Doors, apiKeys: readonly ApiKey[]): LocalState['apis'] {
  const states = stack.apis.map(({ logicalId, stageName }) => {
    const url = `${doors.get(logicalId)?.origin}/${stageName}`;
    return [logicalId, { url, apiKeys: apiKeys.map(({ value }) => value) }] as const;
  });
  return Object.fromEntries(states);
}
