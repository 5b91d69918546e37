import type { DeclaredMethod } from '#local/rest-api/definition/read-mapping.ts';
import { record, type Json } from '#local/template/json.ts';
import { readProperties, type Properties } from '#local/template/properties.ts';

/**
 * Returns the integration of an operation: an extension, which has CloudFormation's property names in
 * lower camel case.
 */
export function integrationOf(place: string, operation: Json): Properties {
  const integration = record(operation['x-amazon-apigateway-integration']);
  const responses = Object.entries(record(integration['responses'])).map(([pattern, value]) =>
    Object.assign(capitaliseNames(record(value)), {
      SelectionPattern: pattern === 'default' ? undefined : pattern,
    }),
  );
  const { httpMethod, responses: _, ...others } = integration;
  return readProperties(place, {
    ...capitaliseNames(others),
    Type: others['type'] ?? 'MOCK',
    PassthroughBehavior: upperCase(others['passthroughBehavior']),
    IntegrationHttpMethod: httpMethod,
    IntegrationResponses: responses,
  });
}

/** The console exports `when_no_match`. */
function upperCase(value: unknown): unknown {
  return typeof value === 'string' ? value.toUpperCase() : value;
}

function capitaliseNames(fields: Json): Record<string, unknown> {
  const entries = Object.entries(fields);
  return Object.fromEntries(
    entries.map(([name, value]) => [`${name.charAt(0).toUpperCase()}${name.slice(1)}`, value]),
  );
}

/** Returns the parameters and response headers that an operation declares. */
export function declaredOf(document: Json, operation: Json): DeclaredMethod {
  const parameters = parametersOf(document, operation).map(({ name }) => name);
  const responses = Object.entries(record(operation['responses'])).map(([status, response]) => {
    const headers = Object.keys(record(referred(document, response)['headers']));
    return [status, headers.map((name) => `method.response.header.${name}`)] as const;
  });
  return { parameters, responses: new Map(responses) };
}

/** Returns the names of the required parameters, such as `method.request.querystring.q`. */
export function requiredParameters(document: Json, operation: Json): readonly string[] {
  return parametersOf(document, operation)
    .filter(({ isRequired }) => isRequired)
    .map(({ name }) => name);
}

const places: Readonly<Record<string, string>> = {
  query: 'querystring',
  header: 'header',
  path: 'path',
};

interface Parameter {
  readonly name: string;
  readonly isRequired: boolean;
}

function parametersOf(document: Json, operation: Json): readonly Parameter[] {
  return [operation['parameters'] ?? []].flat().flatMap((item) => {
    const parameter = referred(document, item);
    const place = places[String(parameter['in'])];
    if (place === undefined) return [];
    const name = `method.request.${place}.${String(parameter['name'])}`;
    return [{ name, isRequired: parameter['required'] === true }];
  });
}

/** Returns an object, or what its `$ref` names in the document. */
function referred(document: Json, value: unknown): Json {
  const { $ref } = record(value);
  if (typeof $ref !== 'string') return record(value);
  const path = $ref.replace('#/', '').split('/');
  return path.reduce((place, name) => record(place[name]), document);
}
