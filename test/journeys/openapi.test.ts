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

interface Door {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

const doors = (): readonly Door[] =>
  Object.entries(document.paths).flatMap(([path, { parameters: _, ...methods }]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

test('the document is one of OpenAPI 3.1, and anybody may read it', async () => {
  expect(document.openapi).toBe('3.1.0');
  const { valid, errors } = await new Validator().validate({ ...structuredClone(document) });
  expect([valid, errors]).toEqual([true, undefined]);
});

test('it has every door of the API, and no other', async () => {
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
    .map(({ Properties }) => `${Properties.HttpMethod} ${pathOf(Properties.ResourceId?.Ref)}`);
  const described = doors().map(({ path, method }) => `${method.toUpperCase()} ${path}`);
  expect(described.toSorted()).toEqual(deployed.toSorted());
});

/** A request for each operation, and what its path stands for. */
const examples: Readonly<Record<string, { readonly body?: object; readonly query?: string }>> = {
  chat: { body: { message: 'Hello' } },
  streamChat: { body: { prompt: 'Hello' } },
  listConversations: { query: '?limit=5' },
  readConversation: { query: '?limit=5' },
  renameConversation: { body: { title: 'Another' } },
  stopTurn: { body: {} },
  followTurn: { query: '?after={turn_id}:0' },
  readUsage: {},
  searchKnowledge: { body: { query: 'How many days of paid leave?' } },
  submitTask: { body: { prompt: 'Hello' } },
  readTask: {},
  readCallbackSecret: {},
  replaceCallbackSecret: {},
  addDocument: { body: { text: 'The harbour bridge was opened in 1932.' } },
  readDocument: {},
  addAnalysis: { body: { text: 'The hotel was excellent.' } },
  readAnalysis: {},
  createChatCompletion: {
    body: { model: 'amazon.nova-lite-v1:0', messages: [{ role: 'user', content: 'Hello' }] },
  },
  listModels: {},
  readModel: {},
  readOpenApi: {},
  // At last, for others read it.
  deleteConversation: {},
};

function validatorOf(schema: object): ValidateFunction {
  return ajv.compile({ ...schema, components: document.components });
}

/** The form in which a door tells what it refuses. */
function refusalOf({ operation }: Door): ValidateFunction {
  const [media] = Object.values(operation.responses['default']?.content ?? {});
  return validatorOf(media?.schema ?? { not: {} });
}

test('every door answers as the document says, walked once through', async () => {
  const ids = new Map<string, string>([['model', 'amazon.nova-lite-v1:0']]);
  const names = Object.keys(examples);
  const byId = new Map(doors().map((door) => [door.operation.operationId, door]));
  expect([...byId.keys()].toSorted()).toEqual(names.toSorted());
  for (const name of names) {
    const { path, method, operation } = byId.get(name) ?? missing(name);
    const { body, query = '' } = examples[name] ?? {};
    const request = operation.requestBody?.content['application/json']?.schema;
    // What is sent is what the document lets be sent.
    const isTaken = request === undefined || validatorOf(request)(body);
    expect([name, isTaken]).toEqual([name, true]);
    const real = `${path}${query}`.replaceAll(
      /\{(\w+)\}/gu,
      (_, id: string) => ids.get(id) ?? missing(id),
    );
    const init = { method: method.toUpperCase(), body: JSON.stringify(body) };
    const answer = await system.api(real, body === undefined ? { method: init.method } : init);
    const [expected = ''] = Object.keys(operation.responses);
    expect([name, String(answer.status)]).toEqual([name, expected]);
    const [type = ''] = (answer.headers.get('content-type') ?? '').split(';');
    const text = await answer.text();
    const meant = operation.responses[expected]?.content;
    expect([name, meant === undefined || type in meant]).toEqual([name, true]);
    const isJson = type === 'application/json' && meant !== undefined;
    const told = (isJson ? JSON.parse(text) : {}) as Record<string, unknown>;
    const validate = validatorOf(isJson ? (meant[type]?.schema ?? {}) : {});
    expect([name, validate(told), validate.errors]).toEqual([name, true, null]);
    for (const id of ['conversation_id', 'turn_id', 'task_id', 'document_id', 'analysis_id']) {
      if (typeof told[id] === 'string') ids.set(id, told[id]);
    }
  }
});

function missing(name: string): never {
  throw new Error(`${name} is not there`);
}

test('what no schema takes is refused in the form that the document has for it', async () => {
  const asking = doors().filter(({ operation }) => operation.requestBody !== undefined);
  expect(asking.length).toBeGreaterThan(7);
  for (const door of asking) {
    const { path, method, operation } = door;
    const real = path.replace(/\{\w+\}/u, 'some-id');
    for (const body of [
      '',
      'not JSON',
      '[]',
      'null',
      '"text"',
      '{"__proto__":1,"x":2}',
      '{"x":{}}',
    ]) {
      const takesNothing = operation.operationId === 'stopTurn' && body === '';
      const { status, headers, told } = await refusal(real, { method: method.toUpperCase(), body });
      expect([path, body, status]).toEqual([path, body, takesNothing ? 404 : 400]);
      const isForm = refusalOf(door)(told);
      expect([path, body, isForm, headers]).toEqual([path, body, true, expect.any(String)]);
    }
  }
});

test('nobody who is unknown gets through any door but that of the document', async () => {
  for (const { path, method, operation } of doors()) {
    const url = `${system.state.apis['Api']?.url}${path.replace(/\{\w+\}/u, 'some-id')}`;
    const body = examples[operation.operationId]?.body;
    const init = { method: method.toUpperCase(), body: JSON.stringify(body) };
    for (const headers of [{}, { 'x-api-key': 'not-a-key-of-ours-at-all' }]) {
      const answer = await fetch(url, { ...init, headers });
      const { status } = answer;
      const told: unknown = await answer.json();
      const isOpen = operation.operationId === 'readOpenApi';
      const refused = 'x-api-key' in headers ? 403 : 401;
      expect([method, path, status]).toEqual([method, path, isOpen ? 200 : refused]);
      if (isOpen) continue;
      const form = operation.responses[refused]?.content?.['application/json']?.schema;
      expect([path, validatorOf(form ?? { not: {} })(told)]).toEqual([path, true]);
    }
  }
});

test('ids that nobody has are a 404 with the same form', async () => {
  const named = doors().filter(({ path, operation }) => {
    return path.includes('{') && operation.operationId !== 'followTurn';
  });
  for (const door of named) {
    const { path, method, operation } = door;
    const body = examples[operation.operationId]?.body;
    const init = post(body ?? {}, {});
    const real = path.replace(/\{\w+\}/u, 'nobody');
    const verb = method.toUpperCase();
    const { status, told } = await refusal(real, verb === 'GET' ? {} : { ...init, method: verb });
    expect([verb, path, status, refusalOf(door)(told)]).toEqual([verb, path, 404, true]);
  }
});

async function refusal(
  path: string,
  init: RequestInit,
): Promise<{ status: number; headers: string | null; told: object }> {
  const answer = await system.api(path, init);
  const told = (await answer.json()) as object;
  return { status: answer.status, headers: answer.headers.get('x-request-id'), told };
}
