import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readStream, type Reader } from '#test/fixtures/stream-reader.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import {
  createControlledAnswer,
  startUpstreamBedrock,
  type ControlledAnswer,
  type UpstreamBedrock,
} from '#test/fixtures/upstream-bedrock.ts';
import { chatTransport, userMessage } from '#test/fixtures/use-chat.ts';

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

const ask = (body: object, headers: Record<string, string> = {}): Promise<Reader> =>
  readStream((signal) => system.api('/chat/stream', post(body, { headers, signal })));

const follow = (conversation: string, after?: string): Promise<Reader> =>
  readStream((signal) =>
    system.api(`/conversations/${conversation}/stream`, {
      signal,
      ...(after === undefined ? {} : { headers: { 'last-event-id': after } }),
    }),
  );

async function beginTurn(text: string, body: object): Promise<[ControlledAnswer, Reader]> {
  const answer = createControlledAnswer();
  upstream.behave(answer.behaviour);
  answer.write(text);
  const reader = await ask(body);
  await expect.poll(reader.text).toBe(text);
  return [answer, reader];
}

async function turnsOf(conversation: string): Promise<readonly Record<string, unknown>[]> {
  const page = (await (await system.api(`/conversations/${conversation}`)).json()) as {
    turns: Record<string, unknown>[];
  };
  return page.turns;
}

test('a reader that reconnects in another environment receives every character once', async () => {
  const [answer, reader] = await beginTurn('古池や ', { message: 'A haiku, please' });
  reader.disconnect();
  await reader.ended;
  answer.write('蛙飛び込む ');
  const back = await follow(reader.conversation, reader.cursor());
  const device = await follow(reader.conversation);
  answer.write('水の音');
  await expect.poll(device.text, { timeout: 5_000 }).toBe('古池や 蛙飛び込む 水の音');
  answer.end();
  await Promise.all([back.ended, device.ended]);
  expect(reader.text() + back.text()).toBe('古池や 蛙飛び込む 水の音');
  expect(back.turn).toBe(reader.turn);
  expect(await turnsOf(reader.conversation)).toMatchObject([
    { turn_id: reader.turn, state: 'complete', response: '古池や 蛙飛び込む 水の音' },
  ]);
});

test('following returns 204 for an ended turn, its rest after a cursor, and 410 for an older turn', async () => {
  const [answer, reader] = await beginTurn('Hello there', { message: 'Hi' });
  answer.end();
  await reader.ended;
  const stream = `/conversations/${reader.conversation}/stream`;
  expect((await system.api(stream)).status).toBe(204);
  const rest = await follow(reader.conversation, `${reader.turn}:6`);
  await rest.ended;
  expect(rest.text()).toBe('there');
  const text = await system.api(`${stream}?format=text&after=${reader.turn}:6`);
  expect(await text.text()).toBe('there');
  const nextAnswer = createControlledAnswer();
  upstream.behave(nextAnswer.behaviour);
  nextAnswer.end();
  await (
    await ask({ message: 'Again', conversation_id: reader.conversation })
  ).ended;
  const gone = await system.api(stream, { headers: { 'last-event-id': `${reader.turn}:3` } });
  expect(gone.status).toBe(410);
  expect(await gone.json()).toMatchObject({ code: 'gone' });
  const wrong = await system.api(`${stream}?after=nonsense`);
  expect(await wrong.json()).toMatchObject({
    code: 'invalid_request',
    detail: expect.stringContaining('after:'),
  });
});

test('a turn stopped from another device ends within 2.5 seconds and keeps its text', async () => {
  const [answer, reader] = await beginTurn('One, two,', { message: 'Count' });
  const device = await follow(reader.conversation);
  const stoppedAt = performance.now();
  const stop = await system.api(`/conversations/${reader.conversation}/stop`, post({}));
  expect(stop.status).toBe(202);
  expect(await stop.json()).toEqual({ turn_id: reader.turn, stopping: true });
  await reader.ended;
  expect(performance.now() - stoppedAt).toBeLessThan(2_500);
  await device.ended;
  expect(device.text()).toBe('One, two,');
  expect(await turnsOf(reader.conversation)).toMatchObject([
    {
      state: 'stopped',
      stop_reason: 'stopped',
      response: 'One, two,',
      usage: { estimated: true },
    },
  ]);
  expect(upstream.seen.open).toBe(0);
  const again = await system.api(`/conversations/${reader.conversation}/stop`, post({}));
  expect(await again.json()).toEqual({ turn_id: null, stopping: false });
  answer.end();
});

test('requests with the same idempotency key return the same turn, live or ended', async () => {
  const key = { 'idempotency-key': randomUUID() };
  const answer = createControlledAnswer();
  upstream.behave(answer.behaviour);
  const before = upstream.seen.requests;
  answer.write('Only ');
  const readers = await Promise.all([1, 2, 3].map(() => ask({ message: 'Once' }, key)));
  answer.write('once');
  answer.end();
  await Promise.all(readers.map(({ ended }) => ended));
  const later = await ask({ message: 'Once' }, key);
  await later.ended;
  expect([...readers, later].map(({ text }) => text())).toEqual(Array(4).fill('Only once'));
  expect(new Set([...readers, later].map(({ turn }) => turn)).size).toBe(1);
  expect(upstream.seen.requests - before).toBe(1);
  expect(await turnsOf(later.conversation)).toHaveLength(1);
  const other = await system.api('/chat/stream', post({ message: 'Twice' }, { headers: key }));
  expect(other.status).toBe(422);
  expect(await other.json()).toMatchObject({ code: 'idempotency_mismatch' });
  const buffered = await system.api('/chat', post({ message: 'Once' }, { headers: key }));
  expect(await buffered.json()).toMatchObject({ turn_id: later.turn, response: 'Only once' });
});

test('a repeated prompt with an idempotency key makes one model call and no conversation', async () => {
  const headers = { 'idempotency-key': randomUUID() };
  const answer = createControlledAnswer();
  upstream.behave(answer.behaviour);
  answer.write('Paid for once');
  answer.end();
  const before = upstream.seen.requests;
  for (const path of ['/chat', '/chat', '/chat/stream']) {
    const request = post({ prompt: 'Once', format: 'json' }, { headers });
    expect(await (await system.api(path, request)).json()).toMatchObject({
      conversation_id: null,
      response: 'Paid for once',
    });
  }
  expect(upstream.seen.requests - before).toBe(1);
});

test('a second tab gets a 409 and can follow the running turn', async () => {
  const [answer, first] = await beginTurn('First ', { message: 'Hi' });
  const body = { message: 'Me too', conversation_id: first.conversation };
  const second = await system.api('/chat/stream', post(body));
  expect(second.status).toBe(409);
  expect(await second.json()).toMatchObject({ code: 'conflict', turn_id: first.turn });
  const follower = await follow(first.conversation);
  answer.write('come');
  answer.end();
  await follower.ended;
  expect(follower.text()).toBe('First come');
});

test('regenerated answers and edited messages appear as branches of the conversation', async () => {
  const completeTurn = async (text: string, body: object): Promise<Reader> => {
    const [answer, reader] = await beginTurn(text, body);
    answer.end();
    await reader.ended;
    return reader;
  };
  const first = await completeTurn('A1', { message: 'A' });
  const conversation_id = first.conversation;
  const second = await completeTurn('B1', { message: 'B', conversation_id });
  const again = await completeTurn('B2', { conversation_id, regenerate_turn_id: second.turn });
  const edited = await completeTurn('C1', {
    conversation_id,
    message: 'C',
    parent_turn_id: first.turn,
  });
  expect(await turnsOf(conversation_id)).toMatchObject([
    { turn_id: first.turn, parent_turn_id: null, message: 'A' },
    { turn_id: second.turn, parent_turn_id: first.turn, message: 'B', response: 'B1' },
    { turn_id: again.turn, parent_turn_id: first.turn, message: 'B', response: 'B2' },
    { turn_id: edited.turn, parent_turn_id: first.turn, message: 'C', response: 'C1' },
  ]);
  const page: unknown = await (await system.api(`/conversations/${conversation_id}`)).json();
  expect(page).toMatchObject({ head_turn_id: edited.turn });
});

test('useChat can resume a live answer, and gets nothing after it has ended', async () => {
  const chatId = randomUUID();
  const answer = createControlledAnswer();
  upstream.behave(answer.behaviour);
  answer.write('Once upon ');
  const transport = chatTransport(system, {});
  const options = { chatId, trigger: 'submit-message', messageId: undefined } as const;
  const stream = await transport.sendMessages({
    ...options,
    messages: [userMessage('A story')],
    abortSignal: undefined,
  });
  // The tab is closed and reopened.
  await stream.cancel();
  const resumed = await transport.reconnectToStream({ chatId });
  answer.write('a time.');
  answer.end();
  let text = '';
  for await (const part of resumed ?? []) if (part.type === 'text-delta') text += part.delta;
  expect(text).toBe('Once upon a time.');
  expect(await transport.reconnectToStream({ chatId })).toBeNull();
});
