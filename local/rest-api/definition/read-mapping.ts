import type {
  ContentHandling,
  Mapping,
  ResponseMapping,
} from '#local/rest-api/definition/api-definition.ts';
import type { Properties } from '#local/template/properties.ts';

/** What a method declares, and its integration may map. */
export interface DeclaredMethod {
  /** Names of request parameters, such as `method.request.path.id`. */
  readonly parameters: readonly string[];
  /** Names of response headers, such as `method.response.header.Name`, by status. */
  readonly responses: ReadonlyMap<string, readonly string[]>;
}

/** Reads the mapping of a custom integration. Throws for what API Gateway refuses, in its words. */
export function readMapping(integration: Properties, declared: DeclaredMethod): Mapping {
  return {
    requestParameters: readRequestParameters(integration, declared),
    requestTemplates: integration.textMap('RequestTemplates'),
    passthrough: integration.choice(
      'PassthroughBehavior',
      ['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER'],
      'WHEN_NO_MATCH',
    ),
    contentHandling: readContentHandling(integration),
    responses: integration
      .list('IntegrationResponses')
      .map((response) => readResponse(response, declared)),
  };
}

/** Reads what is mapped to the parameters of an integration. Throws for what API Gateway refuses. */
export function readRequestParameters(
  integration: Properties,
  declared: DeclaredMethod,
): Mapping['requestParameters'] {
  const requestParameters = integration.textMap('RequestParameters');
  const place = `${integration.key}.RequestParameters`;
  for (const [name, value] of Object.entries(requestParameters)) {
    if (!/^integration\.request\.(?:header|path|querystring)\.[^.\s]\S*$/u.test(name))
      refuse(place, 'Invalid mapping expression parameter specified', name);
    checkSource(place, value, requestSource);
    const isDeclared =
      !/^method\.request\.(?!body)/u.test(value) ||
      declared.parameters.includes(value.replace('.multivalue', '.'));
    if (!isDeclared) refuse(place, 'Invalid mapping expression parameter specified', value);
  }
  return requestParameters;
}

const requestSource =
  /^(?:method\.request\.(?:body(?:\..+)?|(?:multivalue)?(?:header|querystring)\.\S+|path\.\S+)|context\.\S+|stageVariables\.[\w.]+)$/u;
const responseSource =
  /^(?:integration\.response\.(?:body(?:\..+)?|(?:multivalue)?header\.\S+)|context\.\S+|stageVariables\.[\w.]+)$/u;

/** A value is static, in single quotes, or it names where it comes from. */
function checkSource(place: string, value: string, source: RegExp): void {
  if (!/^'[^']*'$/u.test(value) && !source.test(value))
    refuse(place, 'Invalid mapping expression specified', value);
}

function refuse(place: string, ...problem: readonly string[]): never {
  throw new Error(
    `${place}: Invalid mapping expression specified: Validation Result: warnings : [], errors : [${problem.join(': ')}]`,
  );
}

function readResponse(properties: Properties, declared: DeclaredMethod): ResponseMapping {
  const status = properties.optionalStatus('StatusCode') ?? 200;
  const pattern = properties.optionalText('SelectionPattern') ?? '';
  const parameters = properties.textMap('ResponseParameters');
  const headers = declared.responses.get(String(status));
  const place = `${properties.key}.ResponseParameters`;
  for (const [name, value] of Object.entries(parameters)) {
    if (headers === undefined) refuse(place, 'No method response exists for method.');
    if (!headers.includes(name))
      refuse(place, 'Invalid mapping expression parameter specified', name);
    checkSource(place, value, responseSource);
  }
  return {
    status,
    isDeclared: headers !== undefined,
    pattern:
      pattern === '' ? undefined : checkPattern(`${properties.key}.SelectionPattern`, pattern),
    parameters,
    templates: properties.textMap('ResponseTemplates'),
    contentHandling: readContentHandling(properties),
  };
}

/** Throws if a pattern is no regular expression; `place` names the property. */
export function checkPattern(place: string, pattern: string): string {
  try {
    return new RegExp(pattern).source;
  } catch {
    throw new Error(`${place}: must be a regular expression, not ${pattern}`);
  }
}

function readContentHandling(properties: Properties): ContentHandling | undefined {
  if (!properties.has('ContentHandling')) return undefined;
  return properties.choice<ContentHandling>('ContentHandling', [
    'CONVERT_TO_BINARY',
    'CONVERT_TO_TEXT',
  ]);
}
