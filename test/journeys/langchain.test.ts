import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changedTemplate } from '#test/fixtures/changed-template.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { behave, paidCalls } from '#test/fixtures/read-turn.ts';

let system: StreambedSystem;
let table: DynamoDBDocumentClient;

const TableName = 'ChatMessageHistory';

beforeAll(async () => {
  system = await startSystem();
  const { endpoints, region, credentials } = system.state;
  const config = { endpoint: endpoints.aws, region, credentials };
  table = DynamoDBDocumentClient.from(new DynamoDBClient(config));
});
afterAll(() => system.close());

const ask = (body: object): Promise<Response> => system.signed('LangChainFunction', '', post(body));

async function historyOf(SessionId: string): Promise<unknown> {
  const { Item } = await table.send(new GetCommand({ TableName, Key: { SessionId } }));
  return Item?.['History'];
}

test('a chain streams its answer as text, and remembers the session', async () => {
  const first = await ask({ prompt: 'Hello, my name is Grace.' });
  expect(first.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(await first.text()).toContain('Grace');
  const session_id = first.headers.get('x-streambed-session-id');
  const second = await ask({ prompt: 'What is my name?', session_id });
  expect(await second.text()).toContain('Grace');
});

test('a session is kept as LangChain keeps it, and goes on from what LangChain kept', async () => {
  const SessionId = randomUUID();
  await (await ask({ prompt: '日本の川は？', session_id: SessionId })).text();
  expect(await historyOf(SessionId)).toMatchObject([
    { type: 'human', data: { content: '日本の川は？' } },
    { type: 'ai', data: { content: expect.stringContaining('川') } },
  ]);
  // What LangChain for Python writes (`messages_to_dict`).
  const from = (type: string, content: string) => ({
    type,
    data: { content, additional_kwargs: {}, response_metadata: {}, type, name: null, id: null },
  });
  const Other = randomUUID();
  const History = [from('human', 'My name is Ada.'), from('ai', 'Hello, Ada!')];
  await table.send(new PutCommand({ TableName, Item: { SessionId: Other, History } }));
  const answer = await ask({ prompt: 'What is my name?', session_id: Other });
  expect(await answer.text()).toContain('Ada');
});

test('a GET and a direct invocation are answered whole, with the session', async () => {
  const get = (query: Record<string, string>): Promise<Response> =>
    system.signed('LangChainFunction', `?${new URLSearchParams(query).toString()}`);
  const got = await get({ input_text: 'Hello, my name is Grace.' });
  const { session_id, output_text } = (await got.json()) as Record<string, string>;
  expect(output_text).toContain('Grace');
  const second = await get({ input_text: 'What is my name?', session_id: session_id ?? '' });
  expect(await second.json()).toMatchObject({
    session_id,
    output_text: expect.stringContaining('Grace'),
  });
  const { endpoints, region, credentials } = system.state;
  const lambda = new LambdaClient({ endpoint: endpoints.aws, region, credentials });
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand());
  const found = Functions.find((one) => one.FunctionName?.includes('LangChain') === true);
  const FunctionName = found?.FunctionName;
  const Payload = JSON.stringify({ input_text: 'Hello there' });
  const invoked = await lambda.send(new InvokeCommand({ FunctionName, Payload }));
  expect(JSON.parse(invoked.Payload?.transformToString() ?? '')).toEqual({
    session_id: expect.any(String),
    output_text: expect.stringContaining('Hello'),
  });
  const wrong = await lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
  expect(wrong.FunctionError).toBeDefined();
});

test('an answer that broke off is no answer, and its question is kept', async () => {
  const SessionId = randomUUID();
  await behave(system, { stream: [{ text: 'Hello there' }, { cut: 'eof' }] });
  const answer = await ask({ prompt: 'Hi', session_id: SessionId });
  await expect(answer.text()).rejects.toThrow('terminated');
  expect(await historyOf(SessionId)).toMatchObject([{ type: 'human', data: { content: 'Hi' } }]);
  await behave(system, { fail: { type: 'ThrottlingException' } });
  const refused = await ask({ prompt: 'My name is Grace.', session_id: SessionId });
  expect(refused.status).toBe(429);
  await behave(system, {});
  // What got no answer does not stand in the way of what is asked next.
  const next = await ask({ prompt: 'What is my name?', session_id: SessionId });
  expect([next.status, await next.text()]).toEqual([200, expect.stringContaining('Grace')]);
});

test('two questions at once in one session do not end it', async () => {
  const session_id = randomUUID();
  const both = ['Hello, my name is Grace.', 'Tell me about rivers'].map((prompt) =>
    ask({ prompt, session_id }),
  );
  for (const answer of await Promise.all(both)) await answer.text();
  const next = await ask({ prompt: 'What is my name?', session_id });
  expect([next.status, await next.text()]).toEqual([200, expect.stringContaining('Grace')]);
});

test('a session that has no more room says so, before a model is asked', async () => {
  const SessionId = randomUUID();
  const content = '川'.repeat(30_000);
  const data = { content, additional_kwargs: {}, response_metadata: {}, type: 'human' };
  const History = [1, 2, 3].map(() => ({ type: 'human', data }));
  await table.send(new PutCommand({ TableName, Item: { SessionId, History } }));
  const before = await paidCalls(system);
  const answer = await ask({ prompt: 'Hi', session_id: SessionId });
  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({
    code: 'too_large',
    detail: 'session_id: this session is full; start another one',
  });
  expect(await paidCalls(system)).toBe(before);
  expect(await historyOf(SessionId)).toHaveLength(3);
});

test('a model in another Region is asked there', async () => {
  const template = await changedTemplate((propertiesOf) => {
    const { Variables } = propertiesOf('LangChainFunction').Environment;
    // What `-c langchainModel=… -c langchainRegion=…` makes of it.
    Object.assign(Variables, { MODELS: 'amazon.nova-lite-v1:0', MODEL_REGION: 'eu-west-2' });
  });
  const elsewhere = await startSystem({ template });
  const answer = await elsewhere.signed('LangChainFunction', '', post({ prompt: 'Hello there' }));
  expect(await answer.text()).toContain('Hello');
  const journal = await fetch(`${elsewhere.state.endpoints.aws}/_streambed/journal`);
  expect(await journal.json()).toMatchObject({
    requests: [{ modelId: 'amazon.nova-lite-v1:0', identity: { region: 'eu-west-2' } }],
  });
  await elsewhere.close();
});

test("another owner's session is not found", async () => {
  const SessionId = randomUUID();
  await table.send(
    new PutCommand({ TableName, Item: { SessionId, Owner: 'iam:somebody', History: [] } }),
  );
  const answer = await ask({ prompt: 'Hi', session_id: SessionId });
  expect(answer.status).toBe(404);
  expect(await historyOf(SessionId)).toEqual([]);
});

test.each([
  [{}, 'prompt: is required'],
  [{ prompt: ' ' }, 'prompt: must not be blank'],
  [{ prompt: 'Hi', session_id: 'a b' }, 'session_id'],
])('%j is refused: %s', async (body, detail) => {
  const answer = await ask(body);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ detail: expect.stringContaining(detail) });
});

test('unsigned calls, and a question that is missing from the address, are refused', async () => {
  const url = system.state.functions['LangChainFunction']?.url ?? '';
  expect((await fetch(url, post({ prompt: 'Hi' }))).status).toBe(403);
  const missing = await system.signed('LangChainFunction', '');
  expect(await missing.json()).toMatchObject({ detail: 'input_text: is required' });
});
