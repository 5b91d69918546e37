import type { CorsDefinition } from '#local/function-url/read-urls.ts';
import type {
  HttpApiDefinition,
  HttpAuthorization,
  HttpIntegration,
  HttpRoute,
} from '#local/http-api/http-api-definition.ts';
import { readDocumentRoutes, parseRouteKey } from '#local/http-api/read-document-routes.ts';
import { noChanges, readChanges } from '#local/http-api/parameters/read-changes.ts';
import { parseFunctionName } from '#local/rest-api/definition/read-integration.ts';
import { checkProxy, readSubtype } from '#local/http-api/service/read-subtype.ts';
import type { Properties } from '#local/template/properties.ts';
import type { OpenStack, Resource } from '#local/template/stacks.ts';
import { readTimeoutMs } from '#local/http-api/read-timeout.ts';

/** Reads the HTTP APIs of the stacks. */
export function readHttpApis(stacks: readonly OpenStack[]): readonly HttpApiDefinition[] {
  const ofType = (type: string): readonly Resource[] =>
    stacks.flatMap((stack) => stack.ofType(`AWS::ApiGatewayV2::${type}`));
  return ofType('Api')
    .filter(({ properties }) => properties.optionalText('ProtocolType') !== 'WEBSOCKET')
    .map((api) => readHttpApi(api, ofType));
}

function readHttpApi(
  resource: Resource,
  ofType: (type: string) => readonly Resource[],
): HttpApiDefinition {
  const { key, properties } = resource;
  const id = resolveRef(resource);
  const own = (type: string): readonly Resource[] =>
    ofType(type).filter((item) => item.properties.text('ApiId') === id);
  const stages = own('Stage').map(({ properties: stage }) => ({
    name: stage.text('StageName'),
    variables: stage.textMap('StageVariables'),
  }));
  const target = properties.optionalText('Target');
  return {
    key,
    id,
    stages: stages.length === 0 ? [{ name: '$default', variables: {} }] : stages,
    cors: properties.has('CorsConfiguration')
      ? readCors(properties.nested('CorsConfiguration'))
      : undefined,
    routes: [
      ...own('Route').map((route) => readRoute(route, own)),
      ...readDocumentRoutes(resource, id),
      ...(target === undefined ? [] : [quickCreateRoute(key, properties, target)]),
    ],
  };
}

function resolveRef({ stack, logicalId }: Resource): string {
  return String(stack.scope.ref(logicalId));
}

function readCors(cors: Properties): CorsDefinition {
  return {
    allowOrigins: cors.texts('AllowOrigins'),
    allowMethods: cors.texts('AllowMethods'),
    allowHeaders: cors.texts('AllowHeaders'),
    exposeHeaders: cors.texts('ExposeHeaders'),
    allowCredentials: cors.flag('AllowCredentials'),
    maxAge: cors.optionalNumber('MaxAge'),
  };
}

/** The route of "quick create", where the API itself names its target. */
function quickCreateRoute(place: string, properties: Properties, target: string): HttpRoute {
  const routeKey = properties.optionalText('RouteKey') ?? '$default';
  const integration = target.startsWith('http')
    ? ({
        type: 'http',
        uri: target,
        httpMethod: 'ANY',
        changes: noChanges,
        timeoutMs: 30_000,
      } as const)
    : ({
        type: 'lambda',
        functionName: parseFunctionName(place, target),
        payloadFormat: '2.0',
        changes: noChanges,
        timeoutMs: 30_000,
      } as const);
  return { ...parseRouteKey(routeKey), integration, authorization: { type: 'none' } };
}

function readRoute(
  { key, properties }: Resource,
  own: (type: string) => readonly Resource[],
): HttpRoute {
  const target = properties.text('Target').replace('integrations/', '');
  const integration = own('Integration').find((item) => resolveRef(item) === target)?.properties;
  if (integration === undefined)
    throw new Error(`${key}.Target: there is no integration ${target}`);
  const type = properties.choice('AuthorizationType', ['NONE', 'AWS_IAM', 'JWT', 'CUSTOM'], 'NONE');
  const authorizer = own('Authorizer').find(
    (item) => resolveRef(item) === properties.optionalText('AuthorizerId'),
  );
  if (authorizer === undefined && (type === 'JWT' || type === 'CUSTOM')) {
    throw new Error(`${key}.AuthorizerId: there is no such authorizer`);
  }
  const scopes = properties.texts('AuthorizationScopes');
  return {
    ...parseRouteKey(properties.text('RouteKey')),
    integration: readIntegration(integration),
    authorization:
      authorizer === undefined
        ? { type: type === 'AWS_IAM' ? 'iam' : 'none' }
        : readAuthorizer(resolveRef(authorizer), authorizer.properties, scopes),
  };
}

function readIntegration(properties: Properties): HttpIntegration {
  const type = properties.text('IntegrationType');
  const timeoutMs = readTimeoutMs(properties, 'TimeoutInMillis');
  checkProxy(properties.key, 'IntegrationType', type);
  if (properties.has('IntegrationSubtype')) return readSubtype(properties, timeoutMs);
  const uri = properties.text('IntegrationUri');
  const changes = readChanges(properties);
  if (type === 'HTTP_PROXY') {
    return {
      type: 'http',
      uri,
      httpMethod: properties.optionalText('IntegrationMethod') ?? 'ANY',
      changes,
      timeoutMs,
    };
  }
  return {
    type: 'lambda',
    functionName: parseFunctionName(properties.key, uri),
    payloadFormat: properties.choice('PayloadFormatVersion', ['1.0', '2.0'], '1.0'),
    changes,
    timeoutMs,
  };
}

function readAuthorizer(
  id: string,
  properties: Properties,
  scopes: readonly string[],
): HttpAuthorization {
  const sources = properties.texts('IdentitySource');
  if (properties.text('AuthorizerType') === 'JWT') {
    const jwt = properties.nested('JwtConfiguration');
    return {
      type: 'jwt',
      scopes,
      issuer: jwt.text('Issuer'),
      audience: jwt.texts('Audience'),
      identitySource: sources[0] ?? '$request.header.Authorization',
    };
  }
  return {
    type: 'function',
    id,
    functionName: parseFunctionName(properties.key, properties.text('AuthorizerUri')),
    identitySources: sources,
    payloadFormat: properties.choice('AuthorizerPayloadFormatVersion', ['1.0', '2.0'], '2.0'),
    simple: properties.flag('EnableSimpleResponses'),
    ttlMs: sources.length === 0 ? 0 : properties.number('AuthorizerResultTtlInSeconds', 300) * 1000,
  };
}
