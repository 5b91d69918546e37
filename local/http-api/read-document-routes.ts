import type {
  HttpAuthorization,
  HttpIntegration,
  HttpRoute,
} from '#local/http-api/http-api-definition.ts';
import { readChanges } from '#local/http-api/parameters/read-changes.ts';
import { checkProxy, readSubtype } from '#local/http-api/service/read-subtype.ts';
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
import { readTimeoutMs } from '#local/http-api/read-timeout.ts';

/** Parses a route key, such as `POST /chat` or `$default`. */
export function parseRouteKey(
  routeKey: string,
): Pick<HttpRoute, 'routeKey' | 'httpMethod' | 'resourcePath'> {
  const [httpMethod = 'ANY', resourcePath = '/{proxy+}'] =
    routeKey === '$default' ? [] : routeKey.split(' ');
  return { routeKey, httpMethod, resourcePath };
}

/** Reads the routes of an API's OpenAPI document. */
export function readDocumentRoutes(resource: Resource, apiId: string): readonly HttpRoute[] {
  const document = readOpenApiDocument(resource);
  return listOperations(document).map(({ path, verb, operation }) => {
    const place = `${resource.key} ${verb} ${path}`;
    const properties = readProperties(place, operation['x-amazon-apigateway-integration']);
    const routeKey = path === '/$default' || path === '$default' ? '$default' : `${verb} ${path}`;
    const integration = readDocumentIntegration(place, properties);
    const authorization = readSecurity(apiId, document, operation, place);
    return Object.assign(parseRouteKey(routeKey), { integration, authorization });
  });
}

function readDocumentIntegration(place: string, properties: Properties): HttpIntegration {
  const type = properties.text('type').toUpperCase();
  const timeoutMs = readTimeoutMs(properties, 'timeoutInMillis');
  checkProxy(place, 'type', type);
  if (properties.has('integrationSubtype')) {
    return readSubtype(toResourceNames(place, properties), timeoutMs);
  }
  const changes = readChanges(toResourceNames(place, properties));
  if (type === 'HTTP_PROXY') {
    return {
      type: 'http',
      uri: properties.text('uri'),
      httpMethod: properties.optionalText('httpMethod') ?? 'ANY',
      changes,
      timeoutMs,
    };
  }
  const functionName = parseFunctionName(place, properties.text('uri'));
  const payloadFormat = properties.choice('payloadFormatVersion', ['1.0', '2.0'], '2.0');
  return { type: 'lambda', functionName, payloadFormat, changes, timeoutMs };
}

/** Returns the properties as a resource names them. */
function toResourceNames(place: string, properties: Properties): Properties {
  return readProperties(place, {
    CredentialsArn: properties.raw('credentials'),
    IntegrationSubtype: properties.raw('integrationSubtype'),
    PayloadFormatVersion: properties.raw('payloadFormatVersion'),
    RequestParameters: properties.raw('requestParameters'),
    ResponseParameters: properties.raw('responseParameters'),
  });
}

function readSecurity(
  apiId: string,
  document: Json,
  operation: Json,
  place: string,
): HttpAuthorization {
  const [security] = [operation['security'] ?? document['security'] ?? []].flat().map(record);
  const [[name, scopes] = ['', []]] = Object.entries(security ?? {});
  if (name === '') return { type: 'none' };
  const scheme = requireScheme(place, document, name);
  if (scheme['x-amazon-apigateway-authtype'] === 'awsSigv4') return { type: 'iam' };
  const properties = readProperties(place, record(scheme['x-amazon-apigateway-authorizer']));
  const type = properties.optionalText('type');
  if (type === undefined) return { type: 'none' };
  if (type === 'jwt') {
    const jwt = properties.nested('jwtConfiguration');
    return {
      type: 'jwt',
      issuer: jwt.text('issuer'),
      audience: jwt.texts('audience'),
      identitySource: properties.optionalText('identitySource') ?? '$request.header.Authorization',
      scopes: [scopes ?? []].flat().map(String),
    };
  }
  const source = properties.optionalText('identitySource') ?? '';
  return {
    type: 'function',
    id: `${apiId}-${name}`,
    functionName: parseFunctionName(place, properties.text('authorizerUri')),
    identitySources: parseIdentitySources(source),
    payloadFormat: properties.choice('authorizerPayloadFormatVersion', ['1.0', '2.0'], '2.0'),
    simple: properties.flag('enableSimpleResponses'),
    ttlMs: authorizerTtlMs(source, properties.number('authorizerResultTtlInSeconds', 300)),
  };
}
