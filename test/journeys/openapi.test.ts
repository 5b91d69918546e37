import { readFile } from 'node:fs/promises';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeKnowledgeFolder } from '#test/fixtures/knowledge-folder.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';

interface Media {
  readonly schema: object;
}

interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, Media>> }>
  >;
}

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

let system: StreambedSystem;
let document: OpenApi;
const ajv = new Ajv2020({ strict: false, validateFormats: false });

beforeAll(async () => {
  system = await startSystem({
    knowledge: await makeKnowledgeFolder(),
    parameters: { KnowledgeBases: 'handbook=LOCALKB001' },
  });
  const answer = await fetch(`${system.state.apis['Api']?.url}/openapi.json`);
  document = (await answer.json()) as OpenApi;
});
afterAll(() => system.close());

interface Route {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

const listRoutes = (): readonly Route[] =>
  Object.entries(document.paths).flatMap(([path, { parameters: _, ...methods }]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

test('the document is valid OpenAPI 3.1 and readable without credentials', async () => {
  expect(document.openapi).toBe('3.1.0');
  const { valid, errors } = await new Validator().validate({ ...structuredClone(document) });
  expect([valid, errors]).toEqual([true, undefined]);
});

test('the document has exactly the routes of the API', async () => {
  interface Resource {
    readonly Type: string;
    readonly Properties: {
      readonly PathPart?: string;
      readonly HttpMethod?: string;
      readonly ParentId?: { readonly Ref?: string };
      readonly ResourceId?: { readonly Ref?: string };
    };
  }
  const template = await readFile('cdk.out/Streambed.template.json', 'utf8');
  const { Resources } = JSON.parse(template) as { Resources: Record<string, Resource> };
  const pathOf = (id: string | undefined): string => {
    const { PathPart, ParentId } = Resources[id ?? '']?.Properties ?? {};
    return PathPart === undefined ? '' : `${pathOf(ParentId?.Ref)}/${PathPart}`;
  };
  const deployed = Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::ApiGateway::Method')
    .filter(({ Properties }) => Properties.HttpMethod !== 'OPTIONS')
    .map(({ Properties }) => `${Properties.HttpMethod} ${pathOf(Properties.ResourceId?.Ref)}`);
  const described = listRoutes().map(({ path, method }) => `${method.toUpperCase()} ${path}`);
  expect(described.toSorted()).toEqual(deployed.toSorted());
});

interface Example {
  readonly body?: object;
  readonly query?: string;
  /** The status to wait for. */
  readonly until?: string;
  /** The file to upload to where the response says. */
  readonly file?: string;
}

/** A valid request for each operation, in an order in which earlier responses provide the ids. */
const examples: Readonly<Record<string, Example>> = {
  chat: { body: { message: 'Hello' } },
  streamChat: { body: { prompt: 'Hello' } },
  readOptions: {},
  listConversations: { query: '?limit=5' },
  readConversation: { query: '?limit=5' },
  changeConversation: { body: { title: 'Another', settings: { model: 'auto' } } },
  rateTurn: { body: { rating: 'good', comment: 'Short.' } },
  unrateTurn: {},
  stopTurn: { body: {} },
  followTurn: { query: '?after={turn_id}:0' },
  addAttachment: { body: { name: 'bridge.txt', size: 11 }, file: 'The bridge.' },
  readAttachment: {},
  searchConversations: { query: '?query=hello&limit=5' },
  readUsage: {},
  searchKnowledge: { body: { query: 'How many days of paid leave?' } },
  submitTask: { body: { prompt: 'Hello' } },
  readTask: { until: 'succeeded' },
  listTasks: { query: '?limit=5' },
  readCallbackSecret: {},
  replaceCallbackSecret: {},
  addDocument: { body: { text: 'The harbour bridge was opened in 1932.' } },
  readDocument: { until: 'succeeded' },
  addAnalysis: { body: { text: 'The hotel was excellent.' } },
  readAnalysis: { until: 'succeeded' },
  listDocuments: { query: '?limit=5' },
  createChatCompletion: {
    body: { model: 'amazon.nova-lite-v1:0', messages: [{ role: 'user', content: 'Hello' }] },
  },
  listModels: {},
  readModel: {},
  readOpenApi: {},
  deleteConversation: {},
  exportData: { body: {} },
  // A deletion cannot begin before the export has ended.
  readExport: { until: 'complete' },
  deleteTask: {},
  deleteDocument: {},
  deleteAnalysis: {},
  // Last, because other operations read what it deletes.
  deleteData: { body: { confirm: 'delete everything' } },
  readDeletion: {},
};

const idNames = [
  'conversation_id',
  'turn_id',
  'attachment_id',
  'task_id',
  'document_id',
  'analysis_id',
  'export_id',
  'deletion_id',
];

function validatorOf(schema: object): ValidateFunction {
  return ajv.compile({ ...schema, components: document.components });
}

/** Returns a validator for the error response of a route. */
function errorValidatorOf({ operation }: Route): ValidateFunction {
  const [media] = Object.values(operation.responses['default']?.content ?? {});
  return validatorOf(media?.schema ?? { not: {} });
}

async function upload(target: unknown, body: string): Promise<void> {
  const { url, ...init } = target as RequestInit & { readonly url: string };
  expect((await fetch(url, { ...init, body })).status).toBe(200);
}

test('every operation accepts its documented request and returns its documented response', async () => {
  const ids = new Map<string, string>([['model', 'amazon.nova-lite-v1:0']]);
  const names = Object.keys(examples);
  const byId = new Map(listRoutes().map((route) => [route.operation.operationId, route]));
  expect([...byId.keys()].toSorted()).toEqual(names.toSorted());
  for (const name of names) {
    const { path, method, operation } = byId.get(name) ?? missing(name);
    const { body, query = '', until, file } = examples[name] ?? {};
    const request = operation.requestBody?.content['application/json']?.schema;
    const isValid = request === undefined || validatorOf(request)(body);
    expect([name, isValid]).toEqual([name, true]);
    const requestPath = `${path}${query}`.replaceAll(
      /\{(\w+)\}/gu,
      (_, id: string) => ids.get(id) ?? missing(id),
    );
    const init = { method: method.toUpperCase(), body: JSON.stringify(body) };
    const send = (): Promise<Response> =>
      system.api(requestPath, body === undefined ? { method: init.method } : init);
    await waitUntil(until, send);
    const answer = await send();
    const [expected = ''] = Object.keys(operation.responses);
    expect([name, String(answer.status)]).toEqual([name, expected]);
    const [type = ''] = (answer.headers.get('content-type') ?? '').split(';');
    const text = await answer.text();
    const documented = operation.responses[expected]?.content;
    expect([name, documented === undefined || type in documented]).toEqual([name, true]);
    const isJson = type === 'application/json' && documented !== undefined;
    const result = (isJson ? JSON.parse(text) : {}) as Record<string, unknown>;
    const validate = validatorOf(isJson ? (documented[type]?.schema ?? {}) : {});
    expect([name, validate(result), validate.errors]).toEqual([name, true, null]);
    for (const id of idNames) {
      if (typeof result[id] === 'string') ids.set(id, result[id]);
    }
    if (file !== undefined) await upload(result['upload'], file);
  }
});

/** Repeats a request until its response has a status, if there is one to wait for. */
async function waitUntil(status: string | undefined, send: () => Promise<Response>): Promise<void> {
  if (status === undefined) return;
  const read = async (): Promise<unknown> => (await send()).json();
  await expect.poll(read).toMatchObject({ status });
}

function missing(name: string): never {
  throw new Error(`${name} is not there`);
}

test('an invalid body is rejected with the documented error format', async () => {
  const withBody = listRoutes().filter(({ operation }) => operation.requestBody !== undefined);
  expect(withBody.length).toBeGreaterThan(7);
  for (const route of withBody) {
    const { path, method, operation } = route;
    const requestPath = path.replaceAll(/\{\w+\}/gu, 'some-id');
    for (const body of [
      '',
      'not JSON',
      '[]',
      'null',
      '"text"',
      '{"__proto__":1,"x":2}',
      '{"x":{}}',
      // Not UTF-8.
      new Uint8Array(Buffer.from('{"x":"caf\xE9"}', 'latin1')),
    ]) {
      const isEmptyStop = operation.operationId === 'stopTurn' && body === '';
      const init = { method: method.toUpperCase(), body };
      const { status, requestId, problem } = await readProblem(requestPath, init);
      expect([path, body, status]).toEqual([path, body, isEmptyStop ? 404 : 400]);
      const isDocumented = errorValidatorOf(route)(problem);
      expect([path, body, isDocumented, requestId]).toEqual([path, body, true, expect.any(String)]);
    }
  }
});

test('every route except the OpenAPI document requires credentials', async () => {
  for (const { path, method, operation } of listRoutes()) {
    const url = `${system.state.apis['Api']?.url}${path.replaceAll(/\{\w+\}/gu, 'some-id')}`;
    const body = examples[operation.operationId]?.body;
    const init = { method: method.toUpperCase(), body: JSON.stringify(body) };
    for (const headers of [{}, { 'x-api-key': 'not-a-key-of-ours-at-all' }]) {
      const answer = await fetch(url, { ...init, headers });
      const { status } = answer;
      const problem: unknown = await answer.json();
      const isPublic = operation.operationId === 'readOpenApi';
      const rejected = 'x-api-key' in headers ? 403 : 401;
      expect([method, path, status]).toEqual([method, path, isPublic ? 200 : rejected]);
      if (isPublic) continue;
      const schema = operation.responses[rejected]?.content?.['application/json']?.schema;
      expect([path, validatorOf(schema ?? { not: {} })(problem)]).toEqual([path, true]);
    }
  }
});

test('an unknown id is a 404 with the documented error format', async () => {
  const withId = listRoutes().filter(({ path, operation }) => {
    return path.includes('{') && operation.operationId !== 'followTurn';
  });
  for (const route of withId) {
    const { path, method, operation } = route;
    const body = examples[operation.operationId]?.body;
    const init = post(body ?? {}, {});
    const requestPath = path.replaceAll(/\{\w+\}/gu, 'unknown');
    const verb = method.toUpperCase();
    const { status, problem } = await readProblem(
      requestPath,
      verb === 'GET' ? {} : { ...init, method: verb },
    );
    expect([verb, path, status, errorValidatorOf(route)(problem)]).toEqual([verb, path, 404, true]);
  }
});

async function readProblem(
  path: string,
  init: RequestInit,
): Promise<{ status: number; requestId: string | null; problem: object }> {
  const answer = await system.api(path, init);
  const problem = (await answer.json()) as object;
  return { status: answer.status, requestId: answer.headers.get('x-request-id'), problem };
}
