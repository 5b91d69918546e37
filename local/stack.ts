import { join, resolve as resolvePath } from 'node:path';
import { resolve, type Scope } from '#local/intrinsics.ts';
import type { FunctionDefinition } from '#local/lambda/function-definition.ts';
import { readProperties, type Properties } from '#local/properties.ts';
import type { Template } from '#local/template.ts';

export interface UrlDefinition {
  readonly logicalId: string;
  readonly functionArn: string;
  readonly authType: 'NONE' | 'AWS_IAM';
  readonly invokeMode: 'BUFFERED' | 'RESPONSE_STREAM';
  readonly cors: CorsDefinition | undefined;
}

export interface CorsDefinition {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly allowCredentials: boolean;
  readonly maxAge: number | undefined;
}

export interface MethodDefinition {
  /** The path of its resource, with `{parameters}`. */
  readonly resourcePath: string;
  /** `ANY` for every method. */
  readonly httpMethod: string;
  readonly apiKeyRequired: boolean;
  readonly functionName: string;
  readonly streams: boolean;
  readonly timeoutMs: number;
}

export interface ApiDefinition {
  readonly logicalId: string;
  readonly id: string;
  readonly stageName: string;
  /** Bodies of these media types are base64 in events and results. */
  readonly binaryMediaTypes: readonly string[];
  readonly methods: readonly MethodDefinition[];
}

export interface ApiKeyDefinition {
  readonly logicalId: string;
  readonly id: string;
  /** Present where the template gives the key away. */
  readonly value: string | undefined;
}

export interface TableDefinition {
  readonly logicalId: string;
  readonly name: string;
  /** What `CreateTable` wants. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/** What of a stack is hosted here, every reference resolved. */
export interface Stack {
  readonly functions: readonly FunctionDefinition[];
  readonly urls: readonly UrlDefinition[];
  readonly apis: readonly ApiDefinition[];
  readonly apiKeys: readonly ApiKeyDefinition[];
  readonly tables: readonly TableDefinition[];
}

/** Resolves a template. Throws an error that names the resource and the property at fault. */
export function readStack(template: Template, scope: Scope): Stack {
  const ofType = (type: string): readonly Properties[] =>
    [...template.resources]
      .filter(([, resource]) => resource.type === type)
      .filter(([, { condition }]) => condition === undefined || scope.condition(condition))
      .map(([logicalId, { properties }]) => readProperties(logicalId, resolve(properties, scope)));
  return {
    functions: ofType('AWS::Lambda::Function').map((item) => readFunction(item, template, scope)),
    urls: ofType('AWS::Lambda::Url').map(readUrl),
    apis: ofType('AWS::ApiGateway::RestApi').map((api) => readApi(api, scope, ofType)),
    apiKeys: ofType('AWS::ApiGateway::ApiKey').map((key) => ({
      logicalId: key.logicalId,
      id: String(scope.ref(key.logicalId)),
      value: key.optionalText('Value'),
    })),
    tables: ofType('AWS::DynamoDB::Table').map((table) => readTable(table, scope)),
  };
}

/** Resource types that need nobody to host them. */
const silentTypes =
  /^AWS::(?:IAM|Logs|CloudWatch|CDK)::|^AWS::Lambda::Permission$|^AWS::ApiGateway::(?:Account|Deployment|Method|Resource|Stage|UsagePlan|UsagePlanKey)$/u;

const hostedTypes: ReadonlySet<string> = new Set([
  'AWS::Lambda::Function',
  'AWS::Lambda::Url',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::ApiKey',
  'AWS::DynamoDB::Table',
]);

/** The types of a template that are not hosted here, each once. */
export function unhostedTypes(template: Template): readonly string[] {
  const types = [...template.resources.values()].map(({ type }) => type);
  return [...new Set(types)].filter((type) => !hostedTypes.has(type) && !silentTypes.test(type));
}

function readFunction(item: Properties, template: Template, scope: Scope): FunctionDefinition {
  const { logicalId } = item;
  const root = codeFolder(item, template);
  return {
    logicalId,
    root: resolvePath(root),
    name: String(scope.ref(logicalId)),
    arn: String(scope.attribute(logicalId, 'Arn')),
    handler: item.text('Handler'),
    runtime: item.text('Runtime'),
    memoryMb: item.number('MemorySize', 128),
    timeoutMs: item.number('Timeout', 3) * 1000,
    environment: item.nested('Environment').textMap('Variables'),
    concurrency: item.number('ReservedConcurrentExecutions', 1_000),
  };
}

/** The code of a function: an asset of CDK's, or a folder as `aws cloudformation package` takes it. */
function codeFolder(item: Properties, { assets, folder }: Template): string {
  const code = item.raw('Code');
  if (typeof code === 'string') return join(folder, code);
  const root = assets.get(item.nested('Code').optionalText('S3Key') ?? '');
  if (root !== undefined) return root;
  throw new Error(`${item.logicalId}.Code: no asset of the template holds it`);
}

function readUrl(item: Properties): UrlDefinition {
  const authType = item.text('AuthType');
  const invokeMode = item.optionalText('InvokeMode') ?? 'BUFFERED';
  if (authType !== 'NONE' && authType !== 'AWS_IAM') {
    throw new Error(`${item.logicalId}.AuthType: must be NONE or AWS_IAM`);
  }
  if (invokeMode !== 'BUFFERED' && invokeMode !== 'RESPONSE_STREAM') {
    throw new Error(`${item.logicalId}.InvokeMode: must be BUFFERED or RESPONSE_STREAM`);
  }
  const cors = item.nested('Cors');
  return {
    logicalId: item.logicalId,
    functionArn: item.text('TargetFunctionArn'),
    authType,
    invokeMode,
    cors: item.has('Cors') ? readCors(cors) : undefined,
  };
}

function readCors(cors: Properties): CorsDefinition {
  return {
    allowOrigins: cors.texts('AllowOrigins'),
    allowMethods: cors.texts('AllowMethods'),
    allowHeaders: cors.texts('AllowHeaders'),
    exposeHeaders: cors.texts('ExposeHeaders'),
    allowCredentials: cors.flag('AllowCredentials'),
    maxAge: cors.has('MaxAge') ? cors.number('MaxAge', 0) : undefined,
  };
}

type OfType = (type: string) => readonly Properties[];

function readApi(api: Properties, scope: Scope, ofType: OfType): ApiDefinition {
  const { logicalId } = api;
  const id = String(scope.ref(logicalId));
  const isOwn = (item: Properties): boolean => item.text('RestApiId') === id;
  const root = String(scope.attribute(logicalId, 'RootResourceId'));
  const resources = ofType('AWS::ApiGateway::Resource').filter(isOwn);
  const byId = new Map(resources.map((item) => [String(scope.ref(item.logicalId)), item]));
  const pathOf = (resourceId: string): string => {
    const resource = byId.get(resourceId);
    if (resourceId === root || resource === undefined) return '';
    return `${pathOf(resource.text('ParentId'))}/${resource.text('PathPart')}`;
  };
  const methods = ofType('AWS::ApiGateway::Method').filter(isOwn);
  return {
    logicalId,
    id,
    binaryMediaTypes: api.texts('BinaryMediaTypes'),
    stageName: ofType('AWS::ApiGateway::Stage').find(isOwn)?.text('StageName') ?? 'prod',
    methods: methods.map((method) => readMethod(method, pathOf(method.text('ResourceId')) || '/')),
  };
}

function readMethod(method: Properties, resourcePath: string): MethodDefinition {
  const integration = method.nested('Integration');
  const type = integration.text('Type');
  if (type !== 'AWS_PROXY') {
    throw new Error(`${method.logicalId}.Integration.Type: ${type} is not hosted here`);
  }
  const uri = integration.text('Uri');
  const functionName = /:function:([\w-]+)/u.exec(uri)?.[1];
  if (functionName === undefined) throw new Error(`${method.logicalId}.Integration.Uri: ${uri}`);
  const streams = integration.optionalText('ResponseTransferMode') === 'STREAM';
  return {
    resourcePath,
    functionName,
    streams,
    httpMethod: method.text('HttpMethod'),
    apiKeyRequired: method.flag('ApiKeyRequired'),
    timeoutMs: integration.number('TimeoutInMillis', 29_000),
  };
}

function readTable(table: Properties, scope: Scope): TableDefinition {
  const keep = [
    'KeySchema',
    'AttributeDefinitions',
    'GlobalSecondaryIndexes',
    'LocalSecondaryIndexes',
    'BillingMode',
    'ProvisionedThroughput',
  ];
  const schema = keep.filter((name) => table.has(name)).map((name) => [name, table.raw(name)]);
  return {
    logicalId: table.logicalId,
    name: String(scope.ref(table.logicalId)),
    schema: Object.fromEntries(schema),
  };
}
