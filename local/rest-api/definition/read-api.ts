import type {
  ApiDefinition,
  Authorization,
  GatewayResponseDefinition,
  MethodDefinition,
  StageDefinition,
} from '#local/rest-api/definition/api-definition.ts';
import {
  parseFunctionName,
  readIntegration,
  parseIdentitySources,
  authorizerTtlMs,
} from '#local/rest-api/definition/read-integration.ts';
import type { DeclaredMethod } from '#local/rest-api/definition/read-mapping.ts';
import { readOpenApi, type OpenApiParts } from '#local/rest-api/definition/read-openapi.ts';
import { idOf, readThrottle } from '#local/rest-api/definition/read-usage-plans.ts';
import type { Properties } from '#local/template/properties.ts';
import type { OpenStack, Resource } from '#local/template/stacks.ts';
import { isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** Reads all REST APIs of the stacks. */
export function readApis(stacks: readonly OpenStack[]): readonly ApiDefinition[] {
  const ofType = (type: string): readonly Resource[] =>
    stacks.flatMap((stack) => stack.ofType(`AWS::ApiGateway::${type}`));
  return ofType('RestApi').map((api) => readApi(api, ofType));
}

type OfType = (type: string) => readonly Resource[];

function readApi(resource: Resource, ofType: OfType): ApiDefinition {
  const { key, properties } = resource;
  const id = idOf(resource);
  const isOwn = (item: Resource): boolean => item.properties.text('RestApiId') === id;
  const own = (type: string): readonly Resource[] => ofType(type).filter(isOwn);
  const document = readOpenApi(resource, id);
  const parts = { own, document, models: readModels(own('Model')) };
  return {
    key,
    id,
    name: properties.optionalText('Name') ?? key,
    stages: readStages(own('Stage'), own('Deployment')),
    binaryMediaTypes: [...properties.texts('BinaryMediaTypes'), ...document.binaryMediaTypes],
    apiKeySource: properties.choice(
      'ApiKeySourceType',
      ['HEADER', 'AUTHORIZER'],
      document.apiKeySource,
    ),
    isEdgeOptimised: isEdge(properties),
    methods: [...document.methods, ...readMethods(resource, parts)],
    gatewayResponses: new Map([
      ...document.gatewayResponses,
      ...own('GatewayResponse').map(({ properties: response }) => readGatewayResponse(response)),
    ]),
  };
}

interface ApiParts {
  own(type: string): readonly Resource[];
  readonly document: OpenApiParts;
  readonly models: ReadonlyMap<string, Json>;
}

/** Whether an API is edge-optimised, which is the default endpoint type. */
function isEdge(properties: Properties): boolean {
  const types = properties.nested('EndpointConfiguration').texts('Types');
  return types.length === 0 || types.includes('EDGE');
}

/** Reads the stages of an API. A deployment may define a stage too. */
function readStages(
  stages: readonly Resource[],
  deployments: readonly Resource[],
): readonly StageDefinition[] {
  const own = stages.map(({ properties }) => ({
    name: properties.text('StageName'),
    variables: properties.textMap('Variables'),
    throttle: readThrottle(
      properties
        .list('MethodSettings')
        .find(
          (settings) =>
            settings.optionalText('ResourcePath') === '/*' &&
            settings.optionalText('HttpMethod') === '*',
        ),
      { rate: 'ThrottlingRateLimit', burst: 'ThrottlingBurstLimit' },
    ),
  }));
  const deployed = deployments.flatMap(({ properties }) => {
    const name = properties.optionalText('StageName');
    const isDeclared = own.some((stage) => stage.name === name);
    const variables = properties.nested('StageDescription').textMap('Variables');
    return name === undefined || isDeclared ? [] : [{ name, variables, throttle: undefined }];
  });
  const all = [...own, ...deployed];
  return all.length === 0 ? [{ name: 'prod', variables: {}, throttle: undefined }] : all;
}

function readModels(models: readonly Resource[]): ReadonlyMap<string, Json> {
  return new Map(
    models.map((model) => {
      const schema = model.properties.raw('Schema');
      const json: unknown = typeof schema === 'string' ? JSON.parse(schema) : schema;
      return [idOf(model), record(json)] as const;
    }),
  );
}

function readMethods(api: Resource, parts: ApiParts): readonly MethodDefinition[] {
  const root = String(api.stack.scope.attribute(api.logicalId, 'RootResourceId'));
  const byId = new Map(parts.own('Resource').map((item) => [idOf(item), item.properties]));
  const pathOf = (resourceId: string): string => {
    const resource = byId.get(resourceId);
    if (resourceId === root || resource === undefined) return '';
    return `${pathOf(resource.text('ParentId'))}/${resource.text('PathPart')}`;
  };
  return parts.own('Method').map(({ properties }) => {
    const validator = parts
      .own('RequestValidator')
      .find((item) => idOf(item) === properties.optionalText('RequestValidatorId'))?.properties;
    return {
      resourcePath: pathOf(properties.text('ResourceId')) || '/',
      httpMethod: properties.text('HttpMethod'),
      apiKeyRequired: properties.flag('ApiKeyRequired'),
      authorization: readAuthorization(properties, parts),
      requiredParameters:
        validator?.flag('ValidateRequestParameters') === true
          ? readRequiredParameters(properties)
          : [],
      bodySchemas:
        validator?.flag('ValidateRequestBody') === true
          ? readBodySchemas(properties, parts)
          : new Map(),
      integration: readIntegration(properties.nested('Integration'), readDeclared(properties)),
    };
  });
}

function readDeclared(method: Properties): DeclaredMethod {
  const responses = method.list('MethodResponses').map((response) => {
    const headers = Object.keys(response.textMap('ResponseParameters'));
    return [response.text('StatusCode'), headers] as const;
  });
  const parameters = Object.keys(method.textMap('RequestParameters'));
  return { parameters, responses: new Map(responses) };
}

function readRequiredParameters(method: Properties): readonly string[] {
  const entries = Object.entries(method.textMap('RequestParameters'));
  return entries.filter(([, isRequired]) => isRequired === 'true').map(([name]) => name);
}

function readBodySchemas(method: Properties, { models }: ApiParts): ReadonlyMap<string, Json> {
  const entries = Object.entries(method.textMap('RequestModels')).flatMap(([type, name]) => {
    const schema = models.get(name);
    return schema === undefined ? [] : [[type, withDefinitions(schema, models)] as const];
  });
  return new Map(entries);
}

/** Models refer to each other by URLs of the API. They become references to local definitions. */
function withDefinitions(schema: Json, models: ReadonlyMap<string, Json>): Json {
  const rewrite = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rewrite);
    if (!isRecord(value)) return value;
    const { $ref } = value;
    if (typeof $ref === 'string' && $ref.includes('/models/')) {
      return { $ref: `#/definitions/${$ref.split('/').at(-1)}` };
    }
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, rewrite(item)]));
  };
  const definitions = Object.fromEntries(
    [...models].map(([name, model]) => [name, rewrite(model)]),
  );
  return {
    ...record(rewrite(schema)),
    definitions: { ...record(schema['definitions']), ...definitions },
  };
}

function readAuthorization(method: Properties, { own }: ApiParts): Authorization {
  const type = method.optionalText('AuthorizationType') ?? 'NONE';
  if (type === 'NONE') return { type: 'none' };
  if (type === 'AWS_IAM') return { type: 'iam' };
  const id = method.text('AuthorizerId');
  const authorizer = own('Authorizer').find((item) => idOf(item) === id)?.properties;
  if (authorizer === undefined)
    throw new Error(`${method.key}.AuthorizerId: there is no authorizer ${id}`);
  const isRequest = authorizer.optionalText('Type') === 'REQUEST';
  const source =
    authorizer.optionalText('IdentitySource') ??
    (isRequest ? '' : 'method.request.header.Authorization');
  if (type === 'COGNITO_USER_POOLS') {
    const header = source.replace('method.request.header.', '');
    const scopes = method.texts('AuthorizationScopes');
    return { type: 'user-pool', header, scopes, poolArns: authorizer.texts('ProviderARNs') };
  }
  return {
    type: 'function',
    authorizer: {
      id,
      kind: authorizer.choice('Type', ['TOKEN', 'REQUEST']),
      functionName: parseFunctionName(authorizer.key, authorizer.text('AuthorizerUri')),
      identitySources: parseIdentitySources(source),
      validation: authorizer.optionalText('IdentityValidationExpression'),
      ttlMs: authorizerTtlMs(source, authorizer.number('AuthorizerResultTtlInSeconds', 300)),
    },
  };
}

function readGatewayResponse(properties: Properties): readonly [string, GatewayResponseDefinition] {
  return [
    properties.text('ResponseType'),
    {
      status: properties.optionalStatus('StatusCode'),
      parameters: properties.textMap('ResponseParameters'),
      templates: properties.textMap('ResponseTemplates'),
    },
  ];
}
