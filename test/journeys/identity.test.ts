import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TaskListJson } from '#protocol/task/task-schema.ts';
import { signedIn, tokensOf, type CallAs } from '#test/fixtures/signed-in.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { setScenario } from '#test/fixtures/turn-client.ts';

let system: StreambedSystem;
let demo: CallAs;
let guest: CallAs;

beforeAll(async () => {
  system = await startSystem();
  [demo, guest] = await Promise.all([signedIn(system, 'demo'), signedIn(system, 'guest')]);
});
afterAll(() => system.close());

/** Calls the REST API with only these headers and returns the status. */
async function statusWith(headers: Record<string, string>): Promise<number> {
  return (await fetch(`${system.state.apis['Api']?.url}/conversations`, { headers })).status;
}

test('a signed-in user can chat and sees only their own conversations', async () => {
  const answer = await demo('/chat', post({ message: 'Hello' }));
  expect(answer.status).toBe(200);
  const { conversation_id: id } = (await answer.json()) as { conversation_id: string };
  expect((await demo(`/conversations/${id}`)).status).toBe(200);
  const listed = async (call: CallAs): Promise<unknown> => (await call('/conversations')).json();
  expect(await listed(demo)).toMatchObject({ conversations: [{ conversation_id: id }] });
  expect(await listed(guest)).toEqual({ conversations: [] });
  expect(await listed((path) => system.api(path))).toEqual({ conversations: [] });
});

test('a signed-in user lists only their own tasks, and deletes them once they have ended', async () => {
  const submit = async (prompt: string): Promise<string> => {
    const answer = await demo('/tasks', post({ prompt }));
    return ((await answer.json()) as { task_id: string }).task_id;
  };
  const remove = async (id: string): Promise<number> =>
    (await demo(`/tasks/${id}`, { method: 'DELETE' })).status;
  const list = async (call: CallAs): Promise<TaskListJson> =>
    (await (await call('/tasks?limit=2')).json()) as TaskListJson;
  const first = await submit('Count  to three');
  await setScenario(system, { stream: [{ text: 'Hello' }, { stall: '2s' }, { text: '!' }] });
  const second = await submit(`Write ${'much '.repeat(40)}`);
  expect(await remove(second)).toBe(409);
  await expect
    .poll(() => list(demo))
    .toMatchObject({
      tasks: [
        { task_id: second, title: expect.stringMatching(/^Write much .+…$/u), status: 'succeeded' },
        { task_id: first, title: 'Count to three', status: 'succeeded' },
      ],
    });
  await setScenario(system, {});
  expect(await list(guest)).toEqual({ tasks: [] });
  expect(await remove(first)).toBe(204);
  expect((await demo(`/tasks/${first}`)).status).toBe(404);
  expect(await remove(first)).toBe(404);
  expect((await list(demo)).tasks.map(({ task_id: id }) => id)).toEqual([second]);
});

test("another owner's ids get the same 404 as unknown ids on every route of the API", async () => {
  const chat = await demo('/chat', post({ message: 'Mine' }));
  const { conversation_id: id } = (await chat.json()) as { conversation_id: string };
  const task = await demo('/tasks', post({ prompt: 'Mine' }));
  const { task_id: taskId } = (await task.json()) as { task_id: string };
  const unknown = '01990000-0000-7000-8000-000000000000';
  const requests = (
    conversation: string,
    work: string,
  ): readonly (readonly [string, RequestInit])[] => [
    [`/conversations/${conversation}`, {}],
    [`/conversations/${conversation}`, { method: 'PATCH', body: '{"title":"x"}' }],
    [`/conversations/${conversation}`, { method: 'DELETE' }],
    [`/conversations/${conversation}/stop`, post({})],
    [
      `/conversations/${conversation}/turns/${unknown}/feedback`,
      { method: 'PUT', body: '{"rating":"good"}' },
    ],
    [`/conversations/${conversation}/stream`, {}],
    ['/chat', post({ message: 'Hi', conversation_id: conversation })],
    ['/chat/stream', post({ message: 'Hi', conversation_id: conversation })],
    [`/tasks/${work}`, {}],
    [`/tasks/${work}`, { method: 'DELETE' }],
  ];
  const send = async (call: CallAs, [path, init]: readonly [string, RequestInit]) => {
    const response = await call(path, init);
    const body = (await response.json()) as object;
    return { status: response.status, body: { ...body, request_id: '' } };
  };
  const unknownRequests = requests(unknown, unknown);
  for (const [index, request] of requests(id, taskId).entries()) {
    const response = await send(guest, request);
    expect([request[0], response.status]).toEqual([request[0], 404]);
    expect(await send(guest, unknownRequests[index] ?? request)).toEqual(response);
  }
  expect((await demo(`/tasks/${taskId}`)).status).toBe(200);
});

test('each owner has one callback secret', async () => {
  const secretOf = async (call: CallAs): Promise<unknown> =>
    (await call('/callback-secret')).json();
  expect(await secretOf(demo)).toEqual(await secretOf(demo));
  expect(await secretOf(demo)).not.toEqual(await secretOf(guest));
});

test('a request with a token and an API key belongs to the user of the token', async () => {
  const apiKey = system.state.apis['Api']?.apiKeys[0] ?? '';
  const { AccessToken } = await tokensOf(system, 'demo');
  const both = { 'x-api-key': apiKey, authorization: `Bearer ${AccessToken}` };
  const url = `${system.state.apis['Api']?.url}/conversations`;
  const listed = await (await fetch(url, { headers: both })).json();
  expect(listed).toEqual(await (await demo('/conversations')).json());
});

test('an API key is accepted in x-api-key or as a bearer token', async () => {
  const apiKey = system.state.apis['Api']?.apiKeys[0] ?? '';
  expect(await statusWith({ 'x-api-key': apiKey })).toBe(200);
  expect(await statusWith({ authorization: `Bearer ${apiKey}` })).toBe(200);
});

test('missing and invalid credentials are rejected', async () => {
  const apiKey = system.state.apis['Api']?.apiKeys[0] ?? '';
  const { AccessToken = '', IdToken = '' } = await tokensOf(system, 'demo');
  const [header, payload] = AccessToken.split('.');
  const refused: readonly (readonly [Record<string, string>, number])[] = [
    [{}, 401],
    [{ authorization: '' }, 401],
    [{ authorization: 'Basic ZGVtbzpkZW1v' }, 401],
    [{ authorization: AccessToken }, 401],
    [{ authorization: `Bearer ${IdToken}` }, 401],
    [{ authorization: `Bearer ${header}.${payload}.` }, 401],
    [{ authorization: `Bearer ${AccessToken}x` }, 401],
    // A valid API key does not make up for an invalid token.
    [{ authorization: `Bearer ${AccessToken}x`, 'x-api-key': apiKey }, 401],
    [{ authorization: 'Bearer sk-not-a-key-of-ours-at-all' }, 403],
    [{ 'x-api-key': 'not-a-key-of-ours-at-all' }, 403],
  ];
  for (const [headers, status] of refused) {
    expect([headers, await statusWith(headers)]).toEqual([headers, status]);
  }
});

test('the usage plan key of signed-in users is not accepted as a credential', async () => {
  const keys = system.state.apis['Api']?.apiKeys ?? [];
  const signedInKey = keys.find((key) => key.startsWith('streambed-signed-in-')) ?? '';
  expect(signedInKey).not.toBe('');
  expect(await statusWith({ 'x-api-key': signedInKey })).toBe(401);
  expect(await statusWith({ authorization: `Bearer ${signedInKey}` })).toBe(401);
});

test('a rejected token does not appear in the log', async () => {
  const { IdToken = '' } = await tokensOf(system, 'demo');
  await statusWith({ authorization: `Bearer ${IdToken}` });
  const refusals = system.lines.filter((line) => line.includes('caller refused'));
  expect(refusals.length).toBeGreaterThan(0);
  expect(system.lines.filter((line) => line.includes(IdToken.slice(0, 40)))).toEqual([]);
});
