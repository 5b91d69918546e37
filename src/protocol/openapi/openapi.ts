import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { problemJson } from '#protocol/http/problem-schema.ts';
import { routes, splitRoute, type Route } from '#protocol/http/routes.ts';
import type { Operation } from '#protocol/openapi/operation.ts';
import { operations } from '#protocol/openapi/operations.ts';

/** Returns the OpenAPI 3.1 document of the REST API, made from the schemas that its routes use. */
export function toOpenApi(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Streambed',
      version: '0.1.0',
      description: 'Streaming generative AI on AWS Lambda and Amazon Bedrock.',
    },
    // Relative to this document, so that the name of the stage does not matter.
    servers: [{ url: '.' }],
    security: [{ apiKey: [] }, { bearer: [] }],
    paths: toPaths(),
    components: {
      schemas: { Problem: schemaOf(problemJson), GatewayRefusal: schemaOf(gatewayRefusal) },
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'The access token of a signed-in user, or an API key.',
        },
      },
    },
  };
}

/** The response of API Gateway itself to a request that it refuses. */
const gatewayRefusal = v.strictObject({ message: v.nullable(v.string()) });

function toPaths(): Record<string, Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of listRoutes()) {
    const [method, path] = splitRoute(route);
    const parameters = [...path.matchAll(/\{(\w+)\}/gu)].map(([, name]) => {
      return { name, in: 'path', required: true, schema: { type: 'string' } };
    });
    const item = (paths[path] ??= parameters.length === 0 ? {} : { parameters });
    item[method.toLowerCase()] = describe(operations[route], method, isPublic(route));
  }
  return paths;
}

function listRoutes(): readonly Route[] {
  return Object.keys(operations).filter((route): route is Route => route in routes);
}

function isPublic(route: Route): boolean {
  return 'isPublic' in routes[route];
}

function describe(operation: Operation, method: string, isOpen: boolean): object {
  const { id, summary, request, query } = operation;
  const parameters = [
    ...Object.entries(query?.entries ?? {}).map(([name, schema]) => {
      return { name, in: 'query', required: false, schema: schemaOf(schema) };
    }),
    ...(method === 'POST' && request !== undefined ? [idempotencyKey] : []),
  ];
  return {
    operationId: id,
    summary,
    ...(isOpen ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(request === undefined
      ? {}
      : { requestBody: { required: true, content: json(schemaOf(request)) } }),
    responses: responsesOf(operation, isOpen),
  };
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'A repeated request with the same key and body returns the same result, paid once.',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
};

function responsesOf(operation: Operation, isOpen: boolean): object {
  const { status, response, streams = [], orNoContent, error } = operation;
  const content = {
    ...json(response === undefined ? { type: 'object' } : schemaOf(response)),
    ...Object.fromEntries(streams.map((type) => [type, { schema: { type: 'string' } }])),
  };
  const success = status === 204 ? { description: 'Done.' } : { description: 'Success.', content };
  const failed =
    error === undefined
      ? { 'application/problem+json': { schema: reference('Problem') } }
      : json(schemaOf(error));
  const refused = json(reference('GatewayRefusal'));
  // These are responses of API Gateway (usage plan, authorizer) or of Streambed (owner, model).
  const fromEither =
    error === undefined
      ? { ...failed, ...refused }
      : json({ anyOf: [schemaOf(error), reference('GatewayRefusal')] });
  return {
    [status]: success,
    ...(orNoContent === true ? { 204: { description: 'Nothing is left to read.' } } : {}),
    ...(isOpen
      ? {}
      : {
          401: { description: 'Missing or invalid credentials.', content: refused },
          403: { description: 'Invalid API key, or no such route.', content: refused },
          429: { description: 'A rate limit or a daily limit is exceeded.', content: fromEither },
          503: {
            description: 'Sign-in or the model is not available at the moment.',
            content: fromEither,
          },
        }),
    default: { description: 'Error.', content: failed },
  };
}

function reference(name: string): object {
  return { $ref: `#/components/schemas/${name}` };
}

function json(schema: object): object {
  return { 'application/json': { schema } };
}

/** JSON Schema cannot express every check; the route itself reports those. */
function schemaOf(schema: v.GenericSchema): object {
  const { $schema: _, ...rest } = toJsonSchema(schema, { typeMode: 'input', errorMode: 'ignore' });
  return rest;
}
