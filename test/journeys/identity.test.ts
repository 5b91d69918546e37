import { afterAll, beforeAll, expect, test } from 'vitest';
import { signedIn, tokensOf, type CallAs } from '#test/fixtures/signed-in.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';

let system: StreambedSystem;
let demo: CallAs;
let guest: CallAs;

beforeAll(async () => {
  system = await startSystem();
  [demo, guest] = await Promise.all([signedIn(system, 'demo'), signedIn(system, 'guest')]);
});
afterAll(() => system.close());

/** Calls the REST API with these headers and nothing else. */
async function statusWith(headers: Record<string, string>): Promise<number> {
  return (await fetch(`${system.state.apis['Api']?.url}/conversations`, { headers })).status;
}

test('whoever signed in chats, and finds his conversations and nobody else theirs', async () => {
  const answer = await demo('/chat', post({ message: 'Hello' }));
  expect(answer.status).toBe(200);
  const { conversation_id: id } = (await answer.json()) as { conversation_id: string };
  expect((await demo(`/conversations/${id}`)).status).toBe(200);
  const listed = async (call: CallAs): Promise<unknown> => (await call('/conversations')).json();
  expect(await listed(demo)).toMatchObject({ conversations: [{ conversation_id: id }] });
  expect(await listed(guest)).toEqual({ conversations: [] });
  expect(await listed((path) => system.api(path))).toEqual({ conversations: [] });
});

test("another owner's ids are 404 at every door of the API, as ids that nobody has", async () => {
  const chat = await demo('/chat', post({ message: 'Mine' }));
  const { conversation_id: id } = (await chat.json()) as { conversation_id: string };
  const task = await demo('/tasks', post({ prompt: 'Mine' }));
  const { task_id: taskId } = (await task.json()) as { task_id: string };
  const unknown = '01990000-0000-7000-8000-000000000000';
  const doors = (
    conversation: string,
    work: string,
  ): readonly (readonly [string, RequestInit])[] => [
    [`/conversations/${conversation}`, {}],
    [`/conversations/${conversation}`, { method: 'PATCH', body: '{"title":"x"}' }],
    [`/conversations/${conversation}`, { method: 'DELETE' }],
    [`/conversations/${conversation}/stop`, post({})],
    [`/conversations/${conversation}/stream`, {}],
    ['/chat', post({ message: 'Hi', conversation_id: conversation })],
    ['/chat/stream', post({ message: 'Hi', conversation_id: conversation })],
    [`/tasks/${work}`, {}],
  ];
  const told = async (call: CallAs, [path, init]: readonly [string, RequestInit]) => {
    const answer = await call(path, init);
    const body = (await answer.json()) as object;
    return { status: answer.status, body: { ...body, request_id: '' } };
  };
  const nobodys = doors(unknown, unknown);
  for (const [index, door] of doors(id, taskId).entries()) {
    const answer = await told(guest, door);
    expect([door[0], answer.status]).toEqual([door[0], 404]);
    expect(await told(guest, nobodys[index] ?? door)).toEqual(answer);
  }
  expect((await demo(`/tasks/${taskId}`)).status).toBe(200);
});

test('keys for callbacks are one for each owner', async () => {
  const secretOf = async (call: CallAs): Promise<unknown> =>
    (await call('/callback-secret')).json();
  expect(await secretOf(demo)).toEqual(await secretOf(demo));
  expect(await secretOf(demo)).not.toEqual(await secretOf(guest));
});

test('a user with a key of a plan is himself, and not the key', async () => {
  const apiKey = system.state.apis['Api']?.apiKeys[0] ?? '';
  const { AccessToken } = await tokensOf(system, 'demo');
  const both = { 'x-api-key': apiKey, authorization: `Bearer ${AccessToken}` };
  const url = `${system.state.apis['Api']?.url}/conversations`;
  const listed = await (await fetch(url, { headers: both })).json();
  expect(listed).toEqual(await (await demo('/conversations')).json());
});

test('a key is taken from x-api-key, or as a bearer', async () => {
  const apiKey = system.state.apis['Api']?.apiKeys[0] ?? '';
  expect(await statusWith({ 'x-api-key': apiKey })).toBe(200);
  expect(await statusWith({ authorization: `Bearer ${apiKey}` })).toBe(200);
});

test('callers without anything, or with something that is no credential, are refused', async () => {
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
    // A token that is not good is not made good by a key.
    [{ authorization: `Bearer ${AccessToken}x`, 'x-api-key': apiKey }, 401],
    [{ authorization: 'Bearer sk-not-a-key-of-ours-at-all' }, 403],
    [{ 'x-api-key': 'not-a-key-of-ours-at-all' }, 403],
  ];
  for (const [headers, status] of refused) {
    expect([headers, await statusWith(headers)]).toEqual([headers, status]);
  }
});

test('the key that stands for those who signed in lets in nobody who sends it', async () => {
  const keys = system.state.apis['Api']?.apiKeys ?? [];
  const stand = keys.find((key) => key.startsWith('streambed-signed-in-')) ?? '';
  expect(stand).not.toBe('');
  expect(await statusWith({ 'x-api-key': stand })).toBe(401);
  expect(await statusWith({ authorization: `Bearer ${stand}` })).toBe(401);
});

test('a token that was refused is not in the log', async () => {
  const { IdToken = '' } = await tokensOf(system, 'demo');
  await statusWith({ authorization: `Bearer ${IdToken}` });
  const refusals = system.lines.filter((line) => line.includes('caller refused'));
  expect(refusals.length).toBeGreaterThan(0);
  expect(system.lines.filter((line) => line.includes(IdToken.slice(0, 40)))).toEqual([]);
});
