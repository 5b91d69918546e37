import type {
  HttpAuthorization,
  HttpIntegration,
  HttpRoute,
} from '#local/http-api/http-api-definition.ts';
import {
  parseFunctionName,
  parseIdentitySources,
  authorizerTtlMs,
} from '#local/rest-api/definition/read-integration.ts';
import {
  requireScheme,
  readOpenApiDocument,
  listOperations,
} from '#local/rest-api/definition/read-openapi.ts';
import { record, type Json } from '#local/template/json.ts';
import { readProperties, type Properties } from '#local/template/properties.ts';
import type { Resource } from '#local/template/stacks.ts';

/** What a route key says: `POST /chat`, or `$default`. */
export function parseRouteKey(
  routeKey: string,
): Pick<HttpRoute, 'routeKey' | 'httpMethod' | 'resourcePath'> {
  const [httpMethod = 'ANY', resourcePath = '/{proxy+}'] =
    routeKey === '$default' ? [] : routeKey.split(' ');
  return { routeKey, httpMethod, resourcePath };
}

/** The routes of an OpenAPI document. */
export function readDocumentRoutes(resource: Resource, apiId: string): readonly HttpRoute[] {
  const document = readOpenApiDocument(resource);
  return listOperations(document).map(({ path, verb, operation }) => {
    const place = `${resource.key} ${verb} ${path}`;
    const given = readProperties(place, operation['x-amazon-apigateway-integration']);
    const routeKey = path === '/$default' || path === '$default' ? '$default' : `${verb} ${path}`;
    const integration = readDocumentIntegration(place, given);
    const authorization = readSecurity(apiId, { document, operation, place });
    return Object.assign(parseRouteKey(routeKey), { integration, authorization });
  });
}

function readDocumentIntegration(place: string, given: Properties): HttpIntegration {
  const type = given.text('type').toUpperCase();
  const timeoutMs = given.number('timeoutInMillis', 30_000);
  if (type === 'HTTP_PROXY') {
    return {
      type: 'http',
      uri: given.text('uri'),
      httpMethod: given.optionalText('httpMethod') ?? 'ANY',
      timeoutMs,
    };
  }
  if (type !== 'AWS_PROXY') return { type: 'unhosted', what: `an integration of type ${type}` };
  const functionName = parseFunctionName(place, given.text('uri'));
  const payloadFormat = given.choice('payloadFormatVersion', ['1.0', '2.0'], '2.0');
  return { type: 'lambda', functionName, payloadFormat, timeoutMs };
}

interface Secured {
  readonly document: Json;
  readonly operation: Json;
  readonly place: string;
}

function readSecurity(apiId: string, { document, operation, place }: Secured): HttpAuthorization {
  const [security] = [operation['security'] ?? document['security'] ?? []].flat().map(record);
  const [[name, scopes] = ['', []]] = Object.entries(security ?? {});
  if (name === '') return { type: 'none' };
  const scheme = requireScheme(place, document, name);
  if (scheme['x-amazon-apigateway-authtype'] === 'awsSigv4') return { type: 'iam' };
  const given = readProperties(place, record(scheme['x-amazon-apigateway-authorizer']));
  const type = given.optionalText('type');
  if (type === undefined) return { type: 'none' };
  if (type === 'jwt') {
    const jwt = given.nested('jwtConfiguration');
    return {
      type: 'jwt',
      issuer: jwt.text('issuer'),
      audience: jwt.texts('audience'),
      identitySource: given.optionalText('identitySource') ?? '$request.header.Authorization',
      scopes: [scopes ?? []].flat().map(String),
    };
  }
  const source = given.optionalText('identitySource') ?? '';
  return {
    type: 'function',
    id: `${apiId}-${name}`,
    functionName: parseFunctionName(place, given.text('authorizerUri')),
    identitySources: parseIdentitySources(source),
    payloadFormat: given.choice('authorizerPayloadFormatVersion', ['1.0', '2.0'], '2.0'),
    simple: given.flag('enableSimpleResponses'),
    ttlMs: authorizerTtlMs(source, given.number('authorizerResultTtlInSeconds', 300)),
  };
}
