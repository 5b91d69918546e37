import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changedTemplate } from '#test/fixtures/changed-template.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { countPaidCalls, setScenario } from '#test/fixtures/turn-client.ts';

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

test('a chain streams its answer as text and remembers the session', async () => {
  const first = await ask({ prompt: 'Hello, my name is Grace.' });
  expect(first.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(await first.text()).toContain('Grace');
  const session_id = first.headers.get('x-streambed-session-id');
  const second = await ask({ prompt: 'What is my name?', session_id });
  expect(await second.text()).toContain('Grace');
});

test('sessions are stored in the format of LangChain and can be read from it', async () => {
  const SessionId = randomUUID();
  await (await ask({ prompt: '日本の川は？', session_id: SessionId })).text();
  expect(await historyOf(SessionId)).toMatchObject([
    { type: 'human', data: { content: '日本の川は？' } },
    { type: 'ai', data: { content: expect.stringContaining('川') } },
  ]);
  // The format that LangChain for Python writes (`messages_to_dict`).
  const from = (type: string, content: string) => ({
    type,
    data: { content, additional_kwargs: {}, response_metadata: {}, type, name: null, id: null },
  });
  const OtherSessionId = randomUUID();
  const History = [from('human', 'My name is Ada.'), from('ai', 'Hello, Ada!')];
  await table.send(new PutCommand({ TableName, Item: { SessionId: OtherSessionId, History } }));
  const answer = await ask({ prompt: 'What is my name?', session_id: OtherSessionId });
  expect(await answer.text()).toContain('Ada');
});

test('a GET request and a direct invocation return the answer and session as JSON', async () => {
  const get = (query: Record<string, string>): Promise<Response> =>
    system.signed('LangChainFunction', `?${new URLSearchParams(query).toString()}`);
  const first = await get({ input_text: 'Hello, my name is Grace.' });
  const { session_id, output_text } = (await first.json()) as Record<string, string>;
  expect(output_text).toContain('Grace');
  const second = await get({ input_text: 'What is my name?', session_id: session_id ?? '' });
  expect(await second.json()).toMatchObject({
    session_id,
    output_text: expect.stringContaining('Grace'),
  });
  const { endpoints, region, credentials } = system.state;
  const lambda = new LambdaClient({ endpoint: endpoints.aws, region, credentials });
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand());
  const chain = Functions.find((one) => one.FunctionName?.includes('LangChain') === true);
  const FunctionName = chain?.FunctionName;
  const Payload = JSON.stringify({ input_text: 'Hello there' });
  const invoked = await lambda.send(new InvokeCommand({ FunctionName, Payload }));
  expect(JSON.parse(invoked.Payload?.transformToString() ?? '')).toEqual({
    session_id: expect.any(String),
    output_text: expect.stringContaining('Hello'),
  });
  const wrong = await lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
  expect(wrong.FunctionError).toBeDefined();
});

test('a broken answer is not stored, and its question is', async () => {
  const SessionId = randomUUID();
  await setScenario(system, { stream: [{ text: 'Hello there' }, { cut: 'eof' }] });
  const answer = await ask({ prompt: 'Hi', session_id: SessionId });
  await expect(answer.text()).rejects.toThrow('terminated');
  expect(await historyOf(SessionId)).toMatchObject([{ type: 'human', data: { content: 'Hi' } }]);
  await setScenario(system, { fail: { type: 'ThrottlingException' } });
  const refused = await ask({ prompt: 'My name is Grace.', session_id: SessionId });
  expect(refused.status).toBe(429);
  await setScenario(system, {});
  // Unanswered questions do not block the next one.
  const next = await ask({ prompt: 'What is my name?', session_id: SessionId });
  expect([next.status, await next.text()]).toEqual([200, expect.stringContaining('Grace')]);
});

test('a repeated request with a key is one question of one session', async () => {
  const headers = { 'idempotency-key': 'langchain-once' };
  const once = (): Promise<Response> =>
    system.signed(
      'LangChainFunction',
      '',
      post({ prompt: 'Hello, my name is Grace.' }, { headers }),
    );
  await setScenario(system, { fail: { type: 'ThrottlingException' } });
  expect((await once()).status).toBe(429);
  await setScenario(system, {});
  const answers = [await once(), await once()];
  const sessionOf = ({ headers: named }: Response) => named.get('x-streambed-session-id') ?? '';
  const [session = '', other] = answers.map(sessionOf);
  expect(other).toBe(session);
  const [text, again] = await Promise.all(answers.map((one) => one.text()));
  expect(again).toBe(text);
  expect(await historyOf(session)).toMatchObject([
    { type: 'human', data: { content: 'Hello, my name is Grace.' } },
    { type: 'ai', data: { content: text } },
  ]);
});

test('a repeated request is answered after its session has filled up', async () => {
  const SessionId = randomUUID();
  const init = { headers: { 'idempotency-key': 'langchain-full' } };
  const body = { prompt: 'Hello there', session_id: SessionId };
  const first = await (await system.signed('LangChainFunction', '', post(body, init))).text();
  const History = [{ type: 'human', data: { content: 'a'.repeat(300_000), type: 'human' } }];
  await table.send(new PutCommand({ TableName, Item: { SessionId, History } }));
  const again = await system.signed('LangChainFunction', '', post(body, init));
  expect([again.status, await again.text()]).toEqual([200, first]);
});

test('a session works after two concurrent questions', async () => {
  const session_id = randomUUID();
  const both = ['Hello, my name is Grace.', 'Tell me about rivers'].map((prompt) =>
    ask({ prompt, session_id }),
  );
  for (const answer of await Promise.all(both)) await answer.text();
  const next = await ask({ prompt: 'What is my name?', session_id });
  expect([next.status, await next.text()]).toEqual([200, expect.stringContaining('Grace')]);
});

test('a full session is rejected before a model call', async () => {
  const SessionId = randomUUID();
  const content = '川'.repeat(30_000);
  const data = { content, additional_kwargs: {}, response_metadata: {}, type: 'human' };
  const History = [1, 2, 3].map(() => ({ type: 'human', data }));
  await table.send(new PutCommand({ TableName, Item: { SessionId, History } }));
  const before = await countPaidCalls(system);
  const answer = await ask({ prompt: 'Hi', session_id: SessionId });
  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({
    code: 'too_large',
    detail: 'session_id: this session is full; start another one',
  });
  expect(await countPaidCalls(system)).toBe(before);
  expect(await historyOf(SessionId)).toHaveLength(3);
});

test('a model in another Region is called in that Region', async () => {
  const template = await changedTemplate((propertiesOf) => {
    const { Variables } = propertiesOf('LangChainFunction').Environment;
    // The result of `-c langchainModel=… -c langchainRegion=…`.
    Object.assign(Variables, { MODELS: 'amazon.nova-lite-v1:0', MODEL_REGION: 'eu-west-2' });
  });
  const otherRegion = await startSystem({ template });
  const answer = await otherRegion.signed('LangChainFunction', '', post({ prompt: 'Hello there' }));
  expect(await answer.text()).toContain('Hello');
  const journal = await otherRegion.control('journal');
  expect(await journal.json()).toMatchObject({
    requests: [{ modelId: 'amazon.nova-lite-v1:0', identity: { region: 'eu-west-2' } }],
  });
  await otherRegion.close();
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
])('%j is rejected: %s', async (body, detail) => {
  const answer = await ask(body);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ detail: expect.stringContaining(detail) });
});

test('an unsigned call and a GET request without input_text are rejected', async () => {
  const url = system.state.functions['LangChainFunction']?.url ?? '';
  expect((await fetch(url, post({ prompt: 'Hi' }))).status).toBe(403);
  const missing = await system.signed('LangChainFunction', '');
  expect(await missing.json()).toMatchObject({ detail: 'input_text: is required' });
});
