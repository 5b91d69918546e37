import { checkPattern } from '#local/rest-api/definition/read-mapping.ts';
import { parseServiceUri } from '#local/rest-api/definition/service-uri.ts';
import type { Properties } from '#local/template/properties.ts';
import type {
  CustomIntegration,
  CustomResponse,
  TemplateChoice,
} from '#local/websocket-api/integration/custom-definition.ts';

/**
 * Reads an integration of type AWS, HTTP, HTTP_PROXY or MOCK. Throws for what API Gateway refuses; its
 * responses are resources of their own.
 */
export function readCustomIntegration(
  properties: Properties,
  responses: readonly Properties[],
  timeoutMs: number,
): CustomIntegration {
  const type = properties.text('IntegrationType');
  return {
    type: 'custom',
    endpoint: readEndpoint(properties, type),
    httpMethod: properties.optionalText('IntegrationMethod') ?? 'POST',
    timeoutMs,
    requestParameters: readParameters(properties),
    request: readTemplates(properties, type === 'HTTP_PROXY' ? '' : 'RequestTemplates'),
    passthrough: properties.choice(
      'PassthroughBehavior',
      ['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER'],
      'WHEN_NO_MATCH',
    ),
    responses: type === 'HTTP_PROXY' ? [] : responses.map(readResponse),
  };
}

function readEndpoint(properties: Properties, type: string): CustomIntegration['endpoint'] {
  const { key } = properties;
  if (type === 'MOCK') return { type: 'mock' };
  const uri = properties.text('IntegrationUri');
  if (type !== 'AWS') {
    if (!/^https?:\/\/[^/]/u.test(uri))
      throw new Error(`${key}.IntegrationUri: Invalid HTTP endpoint specified for URI: ${uri}`);
    return { type: 'http', uri };
  }
  const target = parseServiceUri(`${key}.IntegrationUri`, uri);
  const credentials = properties.optionalText('CredentialsArn');
  if (credentials === undefined && target.service !== 'lambda')
    throw new Error(`${key}.CredentialsArn: Role ARN must be specified for AWS integrations`);
  if (credentials !== undefined && !/^arn:aws[\w-]*:iam::/u.test(credentials))
    throw new Error(`${key}.CredentialsArn: Invalid ARN specified in the request: ${credentials}`);
  return { type: 'service', target };
}

const source =
  /^(?:'[^']*'|route\.request\.(?:body(?:\..+)?|(?:multivalue)?(?:header|querystring)\.\S+)|context\.\S+|stageVariables\.[\w.]+)$/u;

function readParameters(properties: Properties): Readonly<Record<string, string>> {
  const parameters = properties.textMap('RequestParameters');
  for (const [name, value] of Object.entries(parameters)) {
    const isTarget = /^integration\.request\.(?:header|path|querystring)\.\S+$/u.test(name);
    if (!isTarget || !source.test(value))
      throw new Error(
        `${properties.key}.RequestParameters: Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: ${isTarget ? value : name}]`,
      );
  }
  return parameters;
}

function readTemplates(properties: Properties, name: string): TemplateChoice {
  return {
    selection: properties.optionalText('TemplateSelectionExpression') ?? '',
    templates: name === '' ? {} : properties.textMap(name),
  };
}

function readResponse(properties: Properties): CustomResponse {
  const key = properties.text('IntegrationResponseKey');
  const place = `${properties.key}.IntegrationResponseKey`;
  const pattern = /^\/(.+)\/$/su.exec(key)?.[1];
  if (key !== '$default' && pattern === undefined)
    throw new Error(`${place}: must be $default or a pattern between slashes, not ${key}`);
  return {
    pattern: pattern === undefined ? undefined : checkPattern(place, pattern),
    response: readTemplates(properties, 'ResponseTemplates'),
  };
}
