import { afterAll, beforeAll, expect, test } from 'vitest';
import { readStream } from '#test/fixtures/stream-reader.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { readTurns } from '#test/fixtures/turn-client.ts';
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
  const feedback = { method: 'PUT', body: '{"rating":"bad","comment":"Too short"}' };
  const unknown = '01990000-0000-7000-8000-000000000000';
  const requests = (id: string): readonly (readonly [string, string, RequestInit])[] => [
    ['ConversationsFunction', `conversations/${id}`, {}],
    ['ConversationsFunction', `conversations/${id}`, { method: 'PATCH', body: '{"title":"x"}' }],
    ['ConversationsFunction', `conversations/${id}`, { method: 'DELETE' }],
    ['ConversationsFunction', `conversations/${id}/stop`, post({})],
    ['ConversationsFunction', `conversations/${id}/turns/${reader.turn}/feedback`, feedback],
    [
      'ConversationsFunction',
      `conversations/${id}/turns/${reader.turn}/feedback`,
      { method: 'DELETE' },
    ],
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
  const rate = async (init: RequestInit, turn = reader.turn): Promise<unknown> => {
    const response = await system.api(`/conversations/${own}/turns/${turn}/feedback`, init);
    return response.status === 204 ? 204 : response.json();
  };
  const running = { status: 409, code: 'conflict', turn_id: reader.turn };
  expect(await rate(feedback)).toMatchObject(running);
  expect(await rate({ method: 'DELETE' })).toMatchObject(running);
  answer.end();
  await reader.ended;
  const readTurn = async (): Promise<unknown> => (await readTurns(system, own))[0];
  expect(await readTurn()).toMatchObject({ state: 'complete', response: 'secret' });
  expect(await rate(feedback, unknown)).toMatchObject({ detail: 'There is no such turn.' });
  const wrong = { ...feedback, body: '{"rating":"fine"}' };
  expect(await rate(wrong)).toMatchObject({ status: 400, detail: 'rating: must be good or bad' });
  expect([await rate(feedback), await rate(feedback)]).toEqual([204, 204]);
  expect(await readTurn()).toMatchObject({ feedback: { rating: 'bad', comment: 'Too short' } });
  const remove = { method: 'DELETE' };
  expect([await rate(remove), await rate(remove)]).toEqual([204, 204]);
  expect(await readTurn()).not.toHaveProperty('feedback');
});
