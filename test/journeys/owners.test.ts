import { afterAll, beforeAll, expect, test } from 'vitest';
import { readStream } from '#test/fixtures/stream-reader.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import {
  createSpeaker,
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

test("another owner's ids are as unknown as ids that nobody has, on every door", async () => {
  const speaker = createSpeaker();
  upstream.behave(speaker.behaviour);
  speaker.say('secret');
  const reader = await readStream((signal) =>
    system.api('/chat/stream', post({ message: 'Mine' }, { signal })),
  );
  const own = reader.conversation;
  const unknown = '01990000-0000-7000-8000-000000000000';
  const doors = (id: string): readonly (readonly [string, string, RequestInit])[] => [
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
  const told = async ([name, path, init]: readonly [string, string, RequestInit]) => {
    const answer = await system.signed(name, path, init);
    const body = (await answer.json()) as { request_id: string };
    return { status: answer.status, body: { ...body, request_id: '' } };
  };
  const [others, nobodys] = [doors(own), doors(unknown)];
  for (const [index, door] of others.entries()) {
    const answer = await told(door);
    expect([door[1], answer.status]).toEqual([door[1], 404]);
    expect(await told(nobodys[index] ?? door)).toEqual(answer);
  }
  speaker.end();
  await reader.over;
  const page: unknown = await (await system.api(`/conversations/${own}`)).json();
  expect(page).toMatchObject({ turns: [{ state: 'complete', response: 'secret' }] });
});
