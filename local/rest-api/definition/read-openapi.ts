import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  ApiDefinition,
  Authorization,
  GatewayResponseDefinition,
  MethodDefinition,
} from '#local/rest-api/definition/api-definition.ts';
import {
  parseFunctionName,
  readIntegration,
  parseIdentitySources,
  authorizerTtlMs,
} from '#local/rest-api/definition/read-integration.ts';
import {
  declaredOf,
  integrationOf,
  requiredParameters,
} from '#local/rest-api/definition/openapi-operation.ts';
import { include } from '#local/template/include.ts';
import { resolve } from '#local/template/intrinsics.ts';
import { readProperties } from '#local/template/properties.ts';
import type { Resource } from '#local/template/stacks.ts';
import { record, type Json } from '#local/template/json.ts';
import { parseTemplate } from '#local/template/text.ts';
import { asText, isRecord } from '#local/wire/shape.ts';

/** The parts of an API that its OpenAPI document defines. */
export type OpenApiParts = Pick<
  ApiDefinition,
  'methods' | 'binaryMediaTypes' | 'gatewayResponses' | 'apiKeySource'
>;

/** Reads the OpenAPI document of an API from the template or a local file. Empty if it has none. */
export function readOpenApiDocument({ key, properties, stack }: Resource): Json {
  return record(withVariables(readBody({ key, properties, stack }), stack));
}

type Body = Pick<Resource, 'key' | 'properties' | 'stack'>;

function readBody({ key, properties, stack }: Body): unknown {
  const location = properties.raw('BodyS3Location');
  if (location === undefined) return properties.raw('Body');
  if (typeof location !== 'string') throw new Error(`${key}.BodyS3Location: must be a local file`);
  const { warn } = stack;
  const { folder } = stack.template;
  const file = join(folder, location);
  const document = include(parseTemplate(readFileSync(file, 'utf8'), file, warn), folder, warn);
  return resolve(document, stack.scope);
}

/** API Gateway resolves these variables in any text, without a function of CloudFormation. */
const variables = /\$\{(?<name>AWS::(?:AccountId|Partition|Region))\}/gu;

function withVariables(value: unknown, stack: Resource['stack']): unknown {
  if (typeof value === 'string')
    return value.replaceAll(variables, (_, name: string) => String(stack.scope.ref(name)));
  if (Array.isArray(value)) return value.map((item) => withVariables(item, stack));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, item]) => [name, withVariables(item, stack)]));
}

/** Reads an API's OpenAPI 3 or Swagger 2 document with API Gateway's extensions. */
export function readOpenApi(resource: Resource, apiId: string): OpenApiParts {
  const document = readOpenApiDocument(resource);
  const context = { place: resource.key, document, apiId };
  const source = document['x-amazon-apigateway-api-key-source'];
  return {
    apiKeySource: source === 'AUTHORIZER' ? 'AUTHORIZER' : 'HEADER',
    binaryMediaTypes: [document['x-amazon-apigateway-binary-media-types'] ?? []].flat().map(String),
    gatewayResponses: new Map(
      Object.entries(record(document['x-amazon-apigateway-gateway-responses'])).map(
        readGatewayResponse,
      ),
    ),
    methods: listOperations(document).map((operation) => readMethod(context, operation)),
  };
}

export interface PathOperation {
  readonly path: string;
  /** The HTTP method in capitals, or `ANY`. */
  readonly verb: string;
  readonly operation: Json;
}

const verbs: ReadonlySet<string> = new Set([
  'get',
  'put',
  'post',
  'delete',
  'options',
  'head',
  'patch',
]);

/** Lists the operations of a document, path by path. */
export function listOperations(document: Json): readonly PathOperation[] {
  return Object.entries(record(document['paths'])).flatMap(([path, item]) =>
    Object.entries(record(item)).flatMap(([name, value]) => {
      const isAny = name === 'x-amazon-apigateway-any-method';
      if (!isAny && !verbs.has(name.toLowerCase())) return [];
      const shared = [record(item)['parameters'] ?? []].flat();
      const own = [record(value)['parameters'] ?? []].flat();
      const operation = { ...record(value), parameters: [...shared, ...own] };
      return [{ path, verb: isAny ? 'ANY' : name.toUpperCase(), operation }];
    }),
  );
}

interface DocumentContext {
  readonly place: string;
  readonly document: Json;
  readonly apiId: string;
}

function readMethod(
  context: DocumentContext,
  { path, verb, operation }: PathOperation,
): MethodDefinition {
  const { document } = context;
  const place = `${context.place} ${verb} ${path}`;
  const security = [operation['security'] ?? document['security'] ?? []].flat().map(record);
  const names = security.flatMap((each) => Object.entries(each));
  const schemes = securitySchemes(document);
  const validator = findValidator(document, operation);
  return {
    resourcePath: path,
    httpMethod: verb,
    apiKeyRequired: names.some(([name]) => isApiKey(record(schemes[name]))),
    authorization: readAuthorization({ ...context, place }, names),
    requiredParameters:
      validator['validateRequestParameters'] === true
        ? requiredParameters(document, operation)
        : [],
    bodySchemas:
      validator['validateRequestBody'] === true ? bodySchemas(document, operation) : new Map(),
    integration: readIntegration(integrationOf(place, operation), declaredOf(document, operation)),
  };
}

/** Returns the security schemes: in the components of OpenAPI 3, at the root of Swagger 2. */
export function securitySchemes(document: Json): Json {
  return {
    ...record(document['securityDefinitions']),
    ...record(record(document['components'])['securitySchemes']),
  };
}

function isApiKey(scheme: Json): boolean {
  const name = asText(scheme['name'])?.toLowerCase();
  return scheme['type'] === 'apiKey' && name === 'x-api-key';
}

function readAuthorization(
  { place, document, apiId }: DocumentContext,
  names: readonly (readonly [string, unknown])[],
): Authorization {
  for (const [name, scopes] of names) {
    const scheme = requireScheme(place, document, name);
    if (scheme['x-amazon-apigateway-authtype'] === 'awsSigv4') return { type: 'iam' };
    const authorizer = record(scheme['x-amazon-apigateway-authorizer']);
    const properties = readProperties(`${place}.${name}`, authorizer);
    const header = asText(scheme['name']) ?? 'Authorization';
    const type = properties.optionalText('type');
    if (type === 'cognito_user_pools') {
      const poolArns = properties.texts('providerARNs');
      return { type: 'user-pool', header, poolArns, scopes: [scopes ?? []].flat().map(String) };
    }
    if (type === 'token' || type === 'request') {
      const isToken = type === 'token';
      const source =
        properties.optionalText('identitySource') ??
        (isToken ? `method.request.header.${header}` : '');
      return {
        type: 'function',
        authorizer: {
          id: `${apiId}-${name}`,
          kind: isToken ? 'TOKEN' : 'REQUEST',
          functionName: parseFunctionName(place, properties.text('authorizerUri')),
          identitySources: parseIdentitySources(source),
          validation: properties.optionalText('identityValidationExpression'),
          ttlMs: authorizerTtlMs(source, properties.number('authorizerResultTtlInSeconds', 300)),
        },
      };
    }
  }
  return { type: 'none' };
}

/** Returns a security scheme. Throws if it is not declared; otherwise the route would be public. */
export function requireScheme(place: string, document: Json, name: string): Json {
  const schemes = securitySchemes(document);
  if (Object.hasOwn(schemes, name)) return record(schemes[name]);
  throw new Error(`${place}: there is no authorizer or security scheme ${name}`);
}

/** Finds an operation's validator by name. SAM refers to `body-only` without declaring it. */
function findValidator(document: Json, operation: Json): Json {
  const key = 'x-amazon-apigateway-request-validator';
  const name = operation[key] ?? document[key];
  if (name === undefined) return {};
  const declared = record(
    record(document['x-amazon-apigateway-request-validators'])[asText(name) ?? ''],
  );
  return name === 'body-only' ? { validateRequestBody: true, ...declared } : declared;
}

/** Reads the body schemas. Each includes the document's definitions, which it may refer to. */
function bodySchemas(document: Json, operation: Json): ReadonlyMap<string, Json> {
  const { components, definitions } = document;
  const shared = { components, definitions };
  const content = Object.entries(record(record(operation['requestBody'])['content'])).map(
    ([type, media]) => [type, { ...shared, ...record(record(media)['schema']) }] as const,
  );
  const body = [operation['parameters'] ?? []]
    .flat()
    .map(record)
    .find((item) => item['in'] === 'body');
  const swagger =
    body === undefined
      ? []
      : [['application/json', { ...shared, ...record(body['schema']) }] as const];
  return new Map([...content, ...swagger]);
}

function readGatewayResponse([type, value]: [string, unknown]): readonly [
  string,
  GatewayResponseDefinition,
] {
  const properties = readProperties(type, value);
  return [
    type,
    {
      status: properties.optionalStatus('statusCode'),
      parameters: properties.textMap('responseParameters'),
      templates: properties.textMap('responseTemplates'),
    },
  ];
}
