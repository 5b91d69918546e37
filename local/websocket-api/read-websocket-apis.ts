import {
  parseFunctionName,
  parseIdentitySources,
} from '#local/rest-api/definition/read-integration.ts';
import { readCustomIntegration } from '#local/websocket-api/integration/read-custom-integration.ts';
import { isWebSocketApi } from '#local/template/api-types.ts';
import type { OpenStack, Resource } from '#local/template/stacks.ts';
import type { Properties } from '#local/template/properties.ts';
import type {
  WebSocketApiDefinition,
  WebSocketAuthorization,
  WebSocketIntegration,
  WebSocketRoute,
} from '#local/websocket-api/websocket-api-definition.ts';

type ResourcesOf = (type: string) => readonly Resource[];

/** Reads the WebSocket APIs of the stacks. */
export function readWebSocketApis(stacks: readonly OpenStack[]): readonly WebSocketApiDefinition[] {
  const ofType: ResourcesOf = (type) =>
    stacks.flatMap((stack) => stack.ofType(`AWS::ApiGatewayV2::${type}`));
  return ofType('Api')
    .filter(({ stack, type, properties }) =>
      isWebSocketApi(type, properties.raw('ProtocolType'), stack.scope),
    )
    .map((api) => readApi(api, ofType));
}

function readApi(resource: Resource, ofType: ResourcesOf): WebSocketApiDefinition {
  const id = idOf(resource);
  const own: ResourcesOf = (type) =>
    ofType(type).filter((item) => item.properties.text('ApiId') === id);
  const routes = own('Route').map((route) => readRoute(route, own));
  return {
    key: resource.key,
    id,
    stages: own('Stage').map(({ properties }) => ({
      name: properties.text('StageName'),
      variables: properties.textMap('StageVariables'),
    })),
    routeSelection: resource.properties.text('RouteSelectionExpression'),
    routes: new Map(routes.map((route) => [route.routeKey, route])),
  };
}

function idOf({ stack, logicalId }: Resource): string {
  return String(stack.scope.ref(logicalId));
}

function readRoute(resource: Resource, own: ResourcesOf): WebSocketRoute {
  const { key, properties } = resource;
  const routeKey = properties.text('RouteKey');
  const responses = own('RouteResponse').filter(
    (item) => item.properties.text('RouteId') === idOf(resource),
  );
  const isSelected = properties.optionalText('RouteResponseSelectionExpression') === '$default';
  const authorization = readAuthorization(resource, own);
  if (authorization.type !== 'none' && routeKey !== '$connect') {
    throw new Error(
      `${key}.AuthorizationType: authorization is restricted to the $connect route only`,
    );
  }
  return {
    routeKey,
    authorization,
    responds:
      isSelected &&
      responses.some((item) => item.properties.text('RouteResponseKey') === '$default'),
    integration: readTarget(resource, own),
  };
}

/** A route without a target accepts what comes and does nothing. */
function readTarget({ key, properties }: Resource, own: ResourcesOf): WebSocketIntegration {
  const target = properties.optionalText('Target')?.replace('integrations/', '');
  if (target === undefined) return { type: 'mock' };
  const integration = own('Integration').find((item) => idOf(item) === target);
  if (integration === undefined) {
    throw new Error(`${key}.Target: there is no integration ${target}`);
  }
  const responses = own('IntegrationResponse').filter(
    (item) => item.properties.text('IntegrationId') === target,
  );
  return readIntegration(
    integration.properties,
    responses.map((item) => item.properties),
  );
}

const timeoutsMs = { min: 50, max: 29_000 };

function readIntegration(
  properties: Properties,
  responses: readonly Properties[],
): WebSocketIntegration {
  const type = properties.choice('IntegrationType', [
    'AWS',
    'AWS_PROXY',
    'HTTP',
    'HTTP_PROXY',
    'MOCK',
  ]);
  if (type === 'MOCK' && !properties.has('RequestTemplates')) return { type: 'mock' };
  const timeoutMs = properties.number('TimeoutInMillis', timeoutsMs.max);
  if (timeoutMs < timeoutsMs.min || timeoutMs > timeoutsMs.max) {
    const range = `from ${timeoutsMs.min} to ${timeoutsMs.max}`;
    throw new Error(`${properties.key}.TimeoutInMillis: must be ${range}`);
  }
  if (type !== 'AWS_PROXY') return readCustomIntegration(properties, responses, timeoutMs);
  const functionName = parseFunctionName(properties.key, properties.text('IntegrationUri'));
  return { type: 'lambda', functionName, timeoutMs };
}

function readAuthorization(
  { key, properties }: Resource,
  own: ResourcesOf,
): WebSocketAuthorization {
  const type = properties.choice('AuthorizationType', ['NONE', 'AWS_IAM', 'CUSTOM'], 'NONE');
  if (type === 'NONE') return { type: 'none' };
  if (type === 'AWS_IAM') return { type: 'iam' };
  const id = properties.text('AuthorizerId');
  const authorizer = own('Authorizer').find((item) => idOf(item) === id)?.properties;
  if (authorizer === undefined) {
    throw new Error(`${key}.AuthorizerId: there is no such authorizer`);
  }
  return {
    type: 'function',
    authorizer: {
      id,
      kind: authorizer.choice('AuthorizerType', ['REQUEST']),
      functionName: parseFunctionName(authorizer.key, authorizer.text('AuthorizerUri')),
      identitySources: authorizer.texts('IdentitySource').flatMap(parseIdentitySources),
      validation: undefined,
      // WebSocket APIs do not cache the responses of authorizers.
      ttlMs: 0,
    },
  };
}
