import { authorizerSchemes, httpSchemes } from '#local/template/sam/authorizers.ts';
import {
  plainText,
  type SamTemplate,
  type SamRoute,
  type RawResource,
} from '#local/template/sam/sam-template.ts';
import { addUsagePlan } from '#local/template/sam/usage-plan.ts';
import { record, type Json } from '#local/template/json.ts';

/** AWS::Serverless::Api: adds a REST API with its OpenAPI document, and its stage. */
export function addApi(id: string, resource: RawResource, sam: SamTemplate): void {
  const { Properties: properties, Condition } = resource;
  const { Name, StageName, DefinitionBody, DefinitionUri, Auth, Variables } = properties;
  const { Models, GatewayResponses, BinaryMediaTypes } = properties;
  const auth = record(Auth);
  const document = {
    openapi: '3.0.1',
    ...record(DefinitionBody),
    paths: mergePaths(ownPaths(record(DefinitionBody), auth), [
      ...sam.routesOf(id).map((route) => restPath(route, auth)),
      ...corsPaths(properties['Cors'], sam.routesOf(id), preflightSecurity(auth)),
    ]),
    components: {
      ...record(record(DefinitionBody)['components']),
      ...(Models === undefined ? {} : { schemas: Models }),
      securitySchemes: {
        ...record(record(record(DefinitionBody)['components'])['securitySchemes']),
        ...authorizerSchemes(auth),
      },
    },
    ...(GatewayResponses === undefined
      ? {}
      : { 'x-amazon-apigateway-gateway-responses': gatewayResponses(record(GatewayResponses)) }),
  };
  const source =
    DefinitionUri === undefined ? { Body: document } : { BodyS3Location: DefinitionUri };
  const binary = [BinaryMediaTypes ?? []]
    .flat()
    .map((type) => plainText(`${id}.BinaryMediaTypes`, type).replaceAll('~1', '/'));
  sam.add(id, {
    Type: 'AWS::ApiGateway::RestApi',
    Condition,
    Properties: {
      Name,
      ApiKeySourceType: properties['ApiKeySourceType'],
      EndpointConfiguration: endpointOf(properties['EndpointConfiguration']),
      BinaryMediaTypes: binary,
      ...source,
    },
  });
  const stage = { RestApiId: { Ref: id }, StageName, Variables };
  const stageId = `${id}${typeof StageName === 'string' ? StageName : ''}Stage`;
  sam.add(stageId, { Type: 'AWS::ApiGateway::Stage', Condition, Properties: stage });
  if (record(auth['UsagePlan'])['CreateUsagePlan'] !== undefined) {
    addUsagePlan(id, { stageId, plan: record(auth['UsagePlan']), Condition }, sam);
  }
}

/** SAM has one type, by itself or in a map. CloudFormation has a list, and `EDGE` as the default. */
function endpointOf(configuration: unknown): Json | undefined {
  if (configuration === undefined) return undefined;
  return { Types: [record(configuration)['Type'] ?? configuration] };
}

type PathItem = readonly [path: string, methods: Json];

function mergePaths(declared: Json, added: readonly PathItem[]): Json {
  const paths = new Map(Object.entries(declared).map(([path, item]) => [path, record(item)]));
  for (const [path, methods] of added)
    paths.set(path, { ...methods, ...paths.get(path), ...methods });
  return Object.fromEntries(paths);
}

function restPath({ functionId, properties }: SamRoute, auth: Json): PathItem {
  const { Path, Method, ResponseTransferMode, TimeoutInMillis, RequestModel } = properties;
  const own = record(properties['Auth']);
  const streams = ResponseTransferMode === 'RESPONSE_STREAM' || ResponseTransferMode === 'STREAM';
  const action = streams
    ? '2021-11-15/functions/${Function}/response-streaming-invocations'
    : '2015-03-31/functions/${Function}/invocations';
  const arn = { 'Fn::GetAtt': [functionId, 'Arn'] };
  const uri = `arn:aws:apigateway:\${AWS::Region}:lambda:path/${action}`;
  const { Model, ValidateBody = true } = record(RequestModel);
  const operation = {
    'x-amazon-apigateway-integration': {
      type: 'aws_proxy',
      httpMethod: 'POST',
      uri: { 'Fn::Sub': [uri, { Function: arn }] },
      ...(streams ? { responseTransferMode: 'STREAM' } : {}),
      ...(TimeoutInMillis === undefined ? {} : { timeoutInMillis: TimeoutInMillis }),
    },
    security: securityOf(auth, own),
    ...(Model === undefined
      ? {}
      : {
          requestBody: {
            content: {
              'application/json': {
                schema: { $ref: `#/components/schemas/${plainText('RequestModel.Model', Model)}` },
              },
            },
          },
          'x-amazon-apigateway-request-validator': ValidateBody === true ? 'body-only' : undefined,
        }),
  };
  const verb = plainText(`${functionId}: the Method of an event`, Method).toLowerCase();
  return [
    plainText(`${functionId}: the Path of an event`, Path),
    { [verb === 'any' ? 'x-amazon-apigateway-any-method' : verb]: operation },
  ];
}

/** Returns what a route requires of its caller: its own authorizer or the API's, and a key. */
function securityOf(auth: Json, own: Json): readonly Json[] {
  const { Authorizer = auth['DefaultAuthorizer'], ApiKeyRequired = auth['ApiKeyRequired'] } = own;
  const isOpen = Authorizer === undefined || Authorizer === 'NONE';
  const name = isOpen ? '' : plainText('Auth.Authorizer', Authorizer);
  const inherited = record(record(auth['Authorizers'])[name])['AuthorizationScopes'];
  const scopes = own['AuthorizationScopes'] ?? inherited ?? [];
  const keyed = ApiKeyRequired === true ? { api_key: [] } : {};
  const all = { ...(isOpen ? {} : { [name]: scopes }), ...keyed };
  return Object.keys(all).length === 0 ? [] : [all];
}

/** Returns the paths of the template's own document. They get the API's security by default. */
function ownPaths(document: Json, auth: Json): Json {
  const security = securityOf(auth, {});
  const paths = Object.entries(record(document['paths'])).map(([path, item]) => {
    const operations = Object.entries(record(item)).map(([verb, operation]) => {
      const isOperation = 'x-amazon-apigateway-integration' in record(operation);
      const isFinal = !isOperation || 'security' in record(operation) || verb === 'options';
      return [verb, isFinal ? operation : { ...record(operation), security }] as const;
    });
    return [path, Object.fromEntries(operations)] as const;
  });
  return Object.fromEntries(paths);
}

/** SAM secures preflight requests like all others, unless the API opts out. */
function preflightSecurity(auth: Json): readonly Json[] {
  const isAuthorized = auth['AddDefaultAuthorizerToCorsPreflight'] !== false;
  const isKeyed = auth['AddApiKeyRequiredToCorsPreflight'] !== false;
  return securityOf(auth, {
    ...(isAuthorized ? {} : { Authorizer: 'NONE' }),
    ...(isKeyed ? {} : { ApiKeyRequired: false }),
  });
}

/** Returns the OPTIONS methods that `Cors` adds. Values are quoted, as API Gateway requires. */
function corsPaths(
  cors: unknown,
  routes: readonly SamRoute[],
  security: readonly Json[],
): readonly PathItem[] {
  if (cors === undefined) return [];
  const settings = typeof cors === 'string' ? { AllowOrigin: cors } : record(cors);
  const paths = [
    ...new Set(routes.map(({ properties }) => plainText('Api.Path', properties['Path']))),
  ];
  return paths.map((path) => {
    const methods = routes
      .filter(({ properties }) => properties['Path'] === path)
      .map(({ properties }) => plainText('Api.Method', properties['Method']).toUpperCase());
    const allowed = methods.includes('ANY') ? 'DELETE,GET,HEAD,PATCH,POST,PUT' : methods.join(',');
    const headers = {
      'Access-Control-Allow-Origin': settings['AllowOrigin'] ?? "'*'",
      'Access-Control-Allow-Methods': settings['AllowMethods'] ?? `'OPTIONS,${allowed}'`,
      'Access-Control-Allow-Headers': settings['AllowHeaders'],
      'Access-Control-Max-Age': settings['MaxAge'],
      'Access-Control-Allow-Credentials':
        settings['AllowCredentials'] === true ? "'true'" : undefined,
    };
    const sent = Object.entries(headers).filter(([, value]) => value !== undefined);
    const parameters = sent.map(
      ([name, value]) => [`method.response.header.${name}`, value] as const,
    );
    const declared = sent.map(([name]) => [name, { type: 'string' }] as const);
    const responses = { '200': { headers: Object.fromEntries(declared) } };
    const integration = {
      type: 'mock',
      requestTemplates: { 'application/json': '{"statusCode":200}' },
      responses: {
        default: { statusCode: '200', responseParameters: Object.fromEntries(parameters) },
      },
    };
    return [
      path,
      { options: { 'x-amazon-apigateway-integration': integration, responses, security } },
    ] as const;
  });
}

function gatewayResponses(responses: Json): Json {
  const entries = Object.entries(responses).map(([type, value]) => {
    const { StatusCode, ResponseParameters, ResponseTemplates } = record(value);
    const parameters = Object.entries(record(ResponseParameters)).flatMap(([kind, values]) =>
      Object.entries(record(values)).map(([name, text]) => [
        `gatewayresponse.${kind.replace(/s$/u, '').toLowerCase()}.${name}`,
        text,
      ]),
    );
    const responseParameters = Object.fromEntries(parameters);
    return [
      type,
      { statusCode: StatusCode, responseParameters, responseTemplates: ResponseTemplates },
    ];
  });
  return Object.fromEntries(entries);
}

/** AWS::Serverless::HttpApi: adds an HTTP API with its OpenAPI document, and its stage. */
export function addHttpApi(id: string, resource: RawResource, sam: SamTemplate): void {
  const { Properties: properties, Condition } = resource;
  const { Name, StageName, DefinitionBody, DefinitionUri, Auth, StageVariables } = properties;
  const auth = record(Auth);
  const paths = sam.routesOf(id).map((route) => httpPath(route, auth));
  const cors = properties['CorsConfiguration'];
  const document = {
    openapi: '3.0.1',
    ...record(DefinitionBody),
    paths: mergePaths(ownPaths(record(DefinitionBody), auth), paths),
    components: { securitySchemes: httpSchemes(auth) },
  };
  const source =
    DefinitionUri === undefined ? { Body: document } : { BodyS3Location: DefinitionUri };
  const CorsConfiguration = cors === true ? { AllowOrigins: ['*'], AllowMethods: ['*'] } : cors;
  sam.add(id, {
    Type: 'AWS::ApiGatewayV2::Api',
    Condition,
    Properties: { Name, ProtocolType: 'HTTP', CorsConfiguration, ...source },
  });
  const stage = { ApiId: { Ref: id }, StageName: StageName ?? '$default', StageVariables };
  const isNamed = typeof StageName === 'string' && StageName !== '$default';
  const stageId = `${id}${isNamed ? `${StageName}Stage` : 'ApiGatewayDefaultStage'}`;
  sam.add(stageId, { Type: 'AWS::ApiGatewayV2::Stage', Condition, Properties: stage });
}

function httpPath({ functionId, properties }: SamRoute, auth: Json): PathItem {
  const { Path, Method, PayloadFormatVersion = '2.0', TimeoutInMillis } = properties;
  const uri =
    'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function}/invocations';
  const operation = {
    'x-amazon-apigateway-integration': {
      type: 'aws_proxy',
      httpMethod: 'POST',
      payloadFormatVersion: PayloadFormatVersion,
      uri: { 'Fn::Sub': [uri, { Function: { 'Fn::GetAtt': [functionId, 'Arn'] } }] },
      ...(TimeoutInMillis === undefined ? {} : { timeoutInMillis: TimeoutInMillis }),
    },
    security: securityOf(auth, record(properties['Auth'])),
  };
  const verb = plainText(`${functionId}: the Method of an event`, Method ?? 'any').toLowerCase();
  const method = verb === 'any' ? 'x-amazon-apigateway-any-method' : verb;
  return [
    Path === undefined ? '$default' : plainText(`${functionId}: the Path of an event`, Path),
    { [method]: operation },
  ];
}
