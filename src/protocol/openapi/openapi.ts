import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { gatewayRefusal, problem } from '#protocol/openapi/answer-schemas.ts';
import { doors, type Operation } from '#protocol/openapi/doors.ts';

/** The OpenAPI 3.1 document of the REST API, made of the schemas that read its requests. */
export function toOpenApi(): object {
  const described = Object.entries(doors).map(([path, methods]) => {
    const parameters = [...path.matchAll(/\{(\w+)\}/gu)].map(([, name]) => {
      return { name, in: 'path', required: true, schema: { type: 'string' } };
    });
    const operations = Object.entries(methods).map(
      ([method, operation]) => [method, describe(operation, method)] as const,
    );
    return [
      path,
      { ...(parameters.length === 0 ? {} : { parameters }), ...Object.fromEntries(operations) },
    ];
  });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Streambed',
      version: '0.1.0',
      description: 'Streaming generative AI on AWS Lambda and Amazon Bedrock.',
    },
    // Beside this document, whatever the stage is called.
    servers: [{ url: '.' }],
    security: [{ apiKey: [] }, { bearer: [] }],
    paths: Object.fromEntries(described),
    components: {
      schemas: { Problem: schemaOf(problem), GatewayRefusal: schemaOf(gatewayRefusal) },
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An access token of somebody who signed in, or an API key.',
        },
      },
    },
  };
}

function describe(operation: Operation, method: string): object {
  const { id, summary, request, query, isPublic } = operation;
  const parameters = [
    ...Object.entries(query?.entries ?? {}).map(([name, schema]) => {
      return { name, in: 'query', required: false, schema: schemaOf(schema) };
    }),
    ...(method === 'post' && request !== undefined ? [idempotencyKey] : []),
  ];
  return {
    operationId: id,
    summary,
    ...(isPublic === true ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(request === undefined
      ? {}
      : { requestBody: { required: true, content: json(schemaOf(request)) } }),
    responses: responsesOf(operation),
  };
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key with the same body is the same request, and paid for once.',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
};

function responsesOf(operation: Operation): object {
  const { status, answer, streams = [], orNothing, error, isPublic } = operation;
  const content = {
    ...json(answer === undefined ? { type: 'object' } : schemaOf(answer)),
    ...Object.fromEntries(streams.map((form) => [form, { schema: { type: 'string' } }])),
  };
  const meant = status === 204 ? { description: 'Done.' } : { description: 'As asked.', content };
  const failed =
    error === undefined
      ? { 'application/problem+json': { schema: reference('Problem') } }
      : json(schemaOf(error));
  const refused = json(reference('GatewayRefusal'));
  // Limits are the plan's, or the owner's.
  const busy =
    error === undefined
      ? { ...failed, ...refused }
      : json({ anyOf: [schemaOf(error), reference('GatewayRefusal')] });
  return {
    [status]: meant,
    ...(orNothing === true ? { 204: { description: 'Nothing is left.' } } : {}),
    ...(isPublic === true
      ? {}
      : {
          401: { description: 'Nobody who is known.', content: refused },
          403: { description: 'A key that is none, or no such door.', content: refused },
          429: { description: 'Too much at once, or for today.', content: busy },
        }),
    default: { description: 'Why not.', content: failed },
  };
}

function reference(name: string): object {
  return { $ref: `#/components/schemas/${name}` };
}

function json(schema: object): object {
  return { 'application/json': { schema } };
}

/** What a schema takes. Checks that JSON Schema has no words for are the door's to say. */
function schemaOf(schema: GenericSchema): object {
  const { $schema: _, ...rest } = toJsonSchema(schema, { typeMode: 'input', errorMode: 'ignore' });
  return rest;
}
