import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { valueAt } from '#domain/json.ts';
import { decodeUiStream } from '#protocol/turn/ui-message-stream.ts';
import { changedTemplate } from '#test/fixtures/changed-template.ts';
import { waitForDocument } from '#test/fixtures/documents.ts';
import { makeKnowledgeFolder } from '#test/fixtures/knowledge-folder.ts';
import { families } from '#test/fixtures/model-families.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { setScenario } from '#test/fixtures/turn-client.ts';
import { wrongTypes } from '#test/fixtures/wrong-types.ts';

let system: StreambedSystem;

beforeAll(async () => {
  const models = Object.values(families).map(({ modelId }) => modelId);
  const template = await changedTemplate((propertiesOf) => {
    propertiesOf('InvokeFunction').Environment.Variables['MODELS'] = models.join(',');
    // Both clients of Bedrock are refused in the same way.
    propertiesOf('OpenAiFunction').Environment.Variables['BEDROCK_CLIENT'] = 'sdk';
  });
  const parameters = {
    KnowledgeBases: 'atlas=LOCALKB001',
    Agents: 'classic=AGENT12345/TSTALIASID',
  };
  const knowledge = await makeKnowledgeFolder();
  system = await startSystem({ template, parameters, knowledge, endedModels: true });
});
afterAll(() => system.close());

interface Failure {
  readonly status: number;
  readonly code: unknown;
  readonly detail: unknown;
}

async function failureOf(response: Response): Promise<Failure> {
  const text = await response.text();
  const json: unknown = response.ok ? text : JSON.parse(text);
  const code = valueAt(json, ['code']) ?? valueAt(json, ['error', 'code']);
  const detail = valueAt(json, ['detail']) ?? valueAt(json, ['error', 'message']);
  return { status: response.status, code, detail };
}

const refuse = (message: string, type = 'ValidationException'): Promise<void> =>
  setScenario(system, { fail: { type, message } });

describe.each(Object.entries(families))('%s', (_, { modelId, body }) => {
  test.each(wrongTypes(body))('a wrong type of $path is a 400 in every mode', async (wrong) => {
    for (const mode of ['streamed', 'collected', 'buffered']) {
      const request = { bedrockParams: { modelId }, modelParams: wrong.body };
      const response = await system.signed('InvokeFunction', `?mode=${mode}`, post(request));
      const field = `modelParams.${wrong.path}: the model does not accept this request: `;
      expect(await failureOf(response)).toEqual({
        status: 400,
        code: 'invalid_request',
        detail: expect.stringMatching(new RegExp(`^${field}.*(?:expected type|should be)`, 'su')),
      });
    }
  });
});

type Ask = () => Promise<Response>;

const chat = (body: object): Ask => {
  return () => system.api('/chat', post(body));
};

const completion = (change: object): Ask => {
  const messages = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello' },
    { role: 'user', content: 'Bye' },
  ];
  return () => system.api('/v1/chat/completions', post({ model: 'auto', messages, ...change }));
};

async function secondMessage(): Promise<Response> {
  await setScenario(system, {});
  const first = await system.api('/chat', post({ message: 'Hi' }));
  const id = valueAt(await first.json(), ['conversation_id']);
  await refuse(blank);
  return system.api('/chat', post({ message: 'Bye', conversation_id: id }));
}

/** Returns the error of a task as if it were that of a response. */
async function failedTask(): Promise<Response> {
  const submitted = await system.api('/tasks', post({ prompt: 'Hi' }));
  const id = valueAt(await submitted.json(), ['task_id']);
  const { error } = await waitForDocument(system.api, `/tasks/${String(id)}`);
  return Response.json(error, { status: error === undefined ? 200 : 500 });
}

/** Requests in which the caller wrote nothing but a text. */
const onlyText: Readonly<Record<string, Ask>> = {
  'POST /chat': chat({ prompt: 'Hi' }),
  'POST /chat/stream': () => system.api('/chat/stream', post({ message: 'Hi', format: 'ui' })),
  ChatFunction: () => system.signed('ChatFunction', '', post({ prompt: 'Hi', format: 'text' })),
  'POST /chat with an agent': chat({ prompt: 'Hi', agent: 'classic' }),
  'POST /chat with a knowledge base': chat({ prompt: 'Hi', knowledge_base: 'atlas' }),
  'POST /v1/chat/completions': () =>
    system.api(
      '/v1/chat/completions',
      post({ model: 'auto', messages: [{ role: 'user', content: 'Hi' }] }),
    ),
  'POST /knowledge/search': () => system.api('/knowledge/search', post({ query: 'Hi' })),
  'InvokeFunction with a prompt': () => system.signed('InvokeFunction', '', post({ prompt: 'Hi' })),
  LangChainFunction: () => system.signed('LangChainFunction', '', post({ prompt: 'Hi' })),
};

const blank = 'The text field in the ContentBlock object at messages.7.content.0 is blank.';
const sampling = 'temperature: is not supported by arn:aws:bedrock:us-east-1:123456789012:x';

test.each(Object.entries(onlyText))(
  '%s is not blamed for what the system chose',
  async (_, ask) => {
    await refuse('The provided model identifier is invalid.');
    expect(await failureOf(await ask())).toMatchObject({ status: 503, code: 'model_unavailable' });
    await refuse('A secret of the account.', 'AccessDeniedException');
    const denied = await failureOf(await ask());
    expect(denied).toMatchObject({ status: 500, code: 'internal' });
    await refuse('A secret of the system.');
    const refused = await failureOf(await ask());
    expect(refused).toMatchObject({ status: 500, code: 'internal' });
    expect(JSON.stringify([denied, refused])).not.toContain('secret');
    await refuse('Input is too long for requested model.');
    expect(await failureOf(await ask())).toMatchObject({ status: 400, code: 'invalid_request' });
  },
);

test('a refusal of stored messages is not the fault of who sent the next one', async () => {
  expect(await failureOf(await secondMessage())).toMatchObject({ status: 500, code: 'internal' });
});

test('a task whose text the model refuses fails with that code', async () => {
  await refuse('Input is too long for requested model.');
  expect(await failureOf(await failedTask())).toMatchObject({ code: 'invalid_request' });
});

test.each([
  ['inference settings', chat({ prompt: 'Hi', inference: { temperature: 1 } })],
  ['inference settings of OpenAI', completion({ temperature: 1 })],
])('%s that the model refuses are a 400 that hides ARNs', async (_, ask) => {
  await refuse(sampling);
  expect(await failureOf(await ask())).toEqual({
    status: 400,
    code: 'invalid_request',
    detail: `The model does not accept this request: ${sampling.replace(/arn:\S+/u, '…')}`,
  });
});

test('messages that the caller sent are a 400 if the model refuses them', async () => {
  await refuse(blank);
  expect(await failureOf(await completion({})())).toMatchObject({ status: 400 });
});

test('a refusal after the first word is an error event with the same code', async () => {
  const exception = { type: 'validationException', message: sampling };
  await setScenario(system, { stream: [{ text: 'Hello there' }, { exception }] });
  const codeOf = async (body: object): Promise<unknown> => {
    const response = await system.api('/chat/stream', post({ ...body, format: 'ui' }));
    expect(response.status).toBe(200);
    const events = await Array.fromAsync(decodeUiStream(response.body ?? ReadableStream.from([])));
    return valueAt(events.at(-1), ['error', 'code']);
  };
  const inference = { temperature: 1 };
  expect(await codeOf({ prompt: 'Hi', inference })).toBe('invalid_request');
  expect(await codeOf({ prompt: 'Hi' })).toBe('internal');
});
