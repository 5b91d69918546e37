import {
  listOf,
  mapOf,
  referencesIn,
  resourcesOf,
  textOf,
  type DeployedTemplate,
  type Properties,
} from '#infra/rules/deployed-template.ts';

/** A route of a REST API, and the function that serves it. */
export interface DeployedRoute {
  /** A method and a path, such as `GET /usage`. */
  readonly route: string;
  readonly functionId: string;
  /** Whether API Gateway streams, which needs both the transfer mode and its own invocation. */
  readonly isStreamed: boolean;
  /** Whether only one of the two is there. */
  readonly isHalfStreamed: boolean;
  readonly timeoutMs: number;
  readonly hasAuthorizer: boolean;
  readonly needsKey: boolean;
}

/** How long API Gateway waits unless a route says otherwise. */
const defaultTimeoutMs = 29_000;

/**
 * Returns the routes of all REST APIs, whether they are resources of their own (CDK, Serverless) or
 * an OpenAPI document (SAM). Answers to preflight requests are no routes.
 */
export function routesOf(template: DeployedTemplate): readonly DeployedRoute[] {
  return [...methodRoutes(template), ...documentRoutes(template)].filter(
    ({ route }) => !route.startsWith('OPTIONS '),
  );
}

/** Returns the functions that authorize requests. */
export function authorizersOf(template: DeployedTemplate): readonly string[] {
  const uris = [
    ...resourcesOf(template, 'ApiGateway::Authorizer').map(
      ({ properties }) => properties['AuthorizerUri'],
    ),
    ...documentsOf(template).flatMap((document) =>
      Object.values(mapOf(mapOf(document['components'])['securitySchemes'])).map(
        (scheme) => mapOf(mapOf(scheme)['x-amazon-apigateway-authorizer'])['authorizerUri'],
      ),
    ),
  ];
  return functionsIn(template, uris);
}

function methodRoutes(template: DeployedTemplate): readonly DeployedRoute[] {
  return resourcesOf(template, 'ApiGateway::Method').map(({ properties }) => {
    const { Uri, ResponseTransferMode, TimeoutInMillis } = mapOf(properties['Integration']);
    return toRoute(template, {
      route: `${textOf(properties['HttpMethod'])} ${pathOf(template, properties['ResourceId'])}`,
      uri: Uri,
      mode: ResponseTransferMode,
      timeout: TimeoutInMillis,
      hasAuthorizer: properties['AuthorizationType'] === 'CUSTOM' && 'AuthorizerId' in properties,
      needsKey: properties['ApiKeyRequired'] === true,
    });
  });
}

function documentRoutes(template: DeployedTemplate): readonly DeployedRoute[] {
  return documentsOf(template).flatMap((document) =>
    Object.entries(mapOf(document['paths'])).flatMap(([path, methods]) =>
      Object.entries(mapOf(methods)).map(([method, operation]) =>
        documentRoute(template, `${method.toUpperCase()} ${path}`, mapOf(operation)),
      ),
    ),
  );
}

/** A document lists what a caller needs, each in an entry of its own or together. */
function documentRoute(
  template: DeployedTemplate,
  route: string,
  operation: Properties,
): DeployedRoute {
  const { uri, responseTransferMode, timeoutInMillis } = mapOf(
    operation['x-amazon-apigateway-integration'],
  );
  const needed = listOf(operation['security']).flatMap((entry) => Object.keys(mapOf(entry)));
  return toRoute(template, {
    route,
    uri,
    mode: responseTransferMode,
    timeout: timeoutInMillis,
    hasAuthorizer: needed.some((name) => name !== 'api_key'),
    needsKey: needed.includes('api_key'),
  });
}

function documentsOf(template: DeployedTemplate): readonly Properties[] {
  return resourcesOf(template, 'ApiGateway::RestApi').map(({ properties }) =>
    mapOf(properties['Body']),
  );
}

interface RawRoute extends Pick<DeployedRoute, 'route' | 'hasAuthorizer' | 'needsKey'> {
  readonly uri: unknown;
  readonly mode: unknown;
  readonly timeout: unknown;
}

function toRoute(
  template: DeployedTemplate,
  { uri, mode, timeout = defaultTimeoutMs, ...route }: RawRoute,
): DeployedRoute {
  const streams = mode === 'STREAM';
  const invokesStreaming = textOf(uri).includes('/response-streaming-invocations');
  return {
    ...route,
    functionId: functionsIn(template, uri)[0] ?? '',
    isStreamed: streams && invokesStreaming,
    isHalfStreamed: streams !== invokesStreaming,
    timeoutMs: Number(timeout),
  };
}

/** Returns the functions that a value refers to. */
export function functionsIn(template: DeployedTemplate, value: unknown): readonly string[] {
  const ids = new Set(resourcesOf(template, 'Lambda::Function').map(({ id }) => id));
  return referencesIn(value).filter((id) => ids.has(id));
}

/** The path of a resource is that of its parent and its own part. */
function pathOf(template: DeployedTemplate, resourceId: unknown): string {
  const [id = ''] = referencesIn(resourceId);
  const resource = template.Resources[id];
  if (resource?.Type !== 'AWS::ApiGateway::Resource') return '/';
  const { ParentId, PathPart } = resource.Properties ?? {};
  return `${pathOf(template, ParentId).replace(/\/$/u, '')}/${textOf(PathPart)}`;
}
