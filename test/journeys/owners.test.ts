import { afterAll, beforeAll, expect, test } from 'vitest';
import { readStream } from '#test/fixtures/stream-reader.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import {
  createControlledAnswer,
  startUpstreamBedrock,
  type UpstreamBedrock,
} from '#test/fixtures/upstream-bedrock.ts';

let system: StreambedSystem;
let upstream: UpstreamBedrock;

beforeAll(async () => {
  upstream = await startUpstreamBedrock();
  system = await startSystem({ bedrock: upstream.url });
});
afterAll(async () => {
  await system.close();
  await upstream.close();
});

test("another owner's ids get the same 404 as unknown ids on every Function URL route", async () => {
  const answer = createControlledAnswer();
  upstream.behave(answer.behaviour);
  answer.write('secret');
  const reader = await readStream((signal) =>
    system.api('/chat/stream', post({ message: 'Mine' }, { signal })),
  );
  const own = reader.conversation;
  const unknown = '01990000-0000-7000-8000-000000000000';
  const requests = (id: string): readonly (readonly [string, string, RequestInit])[] => [
    ['ConversationsFunction', `conversations/${id}`, {}],
    ['ConversationsFunction', `conversations/${id}`, { method: 'PATCH', body: '{"title":"x"}' }],
    ['ConversationsFunction', `conversations/${id}`, { method: 'DELETE' }],
    ['ConversationsFunction', `conversations/${id}/stop`, post({})],
    ['ConversationsFunction', `conversations/${id}/stop`, post({ turn_id: reader.turn })],
    ['ConversationStreamFunction', `conversations/${id}/stream`, {}],
    ['ConversationStreamFunction', `conversations/${id}/stream?after=${reader.turn}:1`, {}],
    ['ChatFunction', 'chat', post({ message: 'Hi', conversation_id: id })],
    ['ChatFunction', 'chat', post({ conversation_id: id, regenerate_turn_id: reader.turn })],
    ['ChatFunction', 'chat', post({ conversation_id: id, continue_turn_id: reader.turn })],
    [
      'ChatFunction',
      'chat',
      post({ message: 'Hi', conversation_id: id, parent_turn_id: reader.turn }),
    ],
  ];
  const send = async ([name, path, init]: readonly [string, string, RequestInit]) => {
    const response = await system.signed(name, path, init);
    const body = (await response.json()) as { request_id: string };
    return { status: response.status, body: { ...body, request_id: '' } };
  };
  const unknownRequests = requests(unknown);
  for (const [index, request] of requests(own).entries()) {
    const response = await send(request);
    expect([request[1], response.status]).toEqual([request[1], 404]);
    expect(await send(unknownRequests[index] ?? request)).toEqual(response);
  }
  answer.end();
  await reader.ended;
  const page: unknown = await (await system.api(`/conversations/${own}`)).json();
  expect(page).toMatchObject({ turns: [{ state: 'complete', response: 'secret' }] });
});
