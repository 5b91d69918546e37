import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readStream, type Reader } from '#test/fixtures/stream-reader.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import {
  createSpeaker,
  startUpstreamBedrock,
  type Speaker,
  type UpstreamBedrock,
} from '#test/fixtures/upstream-bedrock.ts';
import { chatTransport, says } from '#test/fixtures/use-chat.ts';

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

const watch = (conversation: string, after?: string): Promise<Reader> =>
  readStream((signal) =>
    system.api(`/conversations/${conversation}/stream`, {
      signal,
      ...(after === undefined ? {} : { headers: { 'last-event-id': after } }),
    }),
  );

async function beginSaying(text: string, body: object): Promise<[Speaker, Reader]> {
  const speaker = createSpeaker();
  upstream.behave(speaker.behaviour);
  speaker.say(text);
  const reader = await ask(body);
  await expect.poll(reader.text).toBe(text);
  return [speaker, reader];
}

async function turnsOf(conversation: string): Promise<readonly Record<string, unknown>[]> {
  const page = (await (await system.api(`/conversations/${conversation}`)).json()) as {
    turns: Record<string, unknown>[];
  };
  return page.turns;
}

test('a reader who leaves and comes back reads every character once, from another environment', async () => {
  const [speaker, reader] = await beginSaying('古池や ', { message: 'A haiku, please' });
  reader.leave();
  await reader.over;
  speaker.say('蛙飛び込む ');
  const back = await watch(reader.conversation, reader.cursor());
  const device = await watch(reader.conversation);
  speaker.say('水の音');
  await expect.poll(device.text, { timeout: 5_000 }).toBe('古池や 蛙飛び込む 水の音');
  speaker.end();
  await Promise.all([back.over, device.over]);
  expect(reader.text() + back.text()).toBe('古池や 蛙飛び込む 水の音');
  expect(back.turn).toBe(reader.turn);
  expect(await turnsOf(reader.conversation)).toMatchObject([
    { turn_id: reader.turn, state: 'complete', response: '古池や 蛙飛び込む 水の音' },
  ]);
});

test('a stream that is over is nothing to wait for, its rest can be read, an older one is gone', async () => {
  const [speaker, reader] = await beginSaying('Hello there', { message: 'Hi' });
  speaker.end();
  await reader.over;
  const stream = `/conversations/${reader.conversation}/stream`;
  expect((await system.api(stream)).status).toBe(204);
  const rest = await watch(reader.conversation, `${reader.turn}:6`);
  await rest.over;
  expect(rest.text()).toBe('there');
  const text = await system.api(`${stream}?format=text&after=${reader.turn}:6`);
  expect(await text.text()).toBe('there');
  const next = createSpeaker();
  upstream.behave(next.behaviour);
  next.end();
  await (
    await ask({ message: 'Again', conversation_id: reader.conversation })
  ).over;
  const gone = await system.api(stream, { headers: { 'last-event-id': `${reader.turn}:3` } });
  expect(gone.status).toBe(410);
  expect(await gone.json()).toMatchObject({ code: 'gone' });
  const wrong = await system.api(`${stream}?after=nonsense`);
  expect(await wrong.json()).toMatchObject({
    code: 'invalid_request',
    detail: expect.stringContaining('after:'),
  });
});

test('a turn is stopped from another device within two seconds, and keeps what it had', async () => {
  const [speaker, reader] = await beginSaying('One, two,', { message: 'Count' });
  const device = await watch(reader.conversation);
  const stoppedAt = performance.now();
  const stop = await system.api(`/conversations/${reader.conversation}/stop`, post({}));
  expect(stop.status).toBe(202);
  expect(await stop.json()).toEqual({ turn_id: reader.turn, stopping: true });
  await reader.over;
  expect(performance.now() - stoppedAt).toBeLessThan(2_500);
  await device.over;
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
  speaker.end();
});

test('one key is one turn: attached to while it is live, said again when it has ended', async () => {
  const key = { 'idempotency-key': randomUUID() };
  const speaker = createSpeaker();
  upstream.behave(speaker.behaviour);
  const before = upstream.seen.requests;
  speaker.say('Only ');
  const readers = await Promise.all([1, 2, 3].map(() => ask({ message: 'Once' }, key)));
  speaker.say('once');
  speaker.end();
  await Promise.all(readers.map(({ over }) => over));
  const later = await ask({ message: 'Once' }, key);
  await later.over;
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

test('a one-shot prompt with a key is paid for once, and is no conversation', async () => {
  const headers = { 'idempotency-key': randomUUID() };
  const speaker = createSpeaker();
  upstream.behave(speaker.behaviour);
  speaker.say('Paid for once');
  speaker.end();
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

test('of two tabs one wins, and the other watches the turn that it is told of', async () => {
  const [speaker, first] = await beginSaying('First ', { message: 'Hi' });
  const body = { message: 'Me too', conversation_id: first.conversation };
  const second = await system.api('/chat/stream', post(body));
  expect(second.status).toBe(409);
  expect(await second.json()).toMatchObject({ code: 'conflict', turn_id: first.turn });
  const watching = await watch(first.conversation);
  speaker.say('come');
  speaker.end();
  await watching.over;
  expect(watching.text()).toBe('First come');
});

test('an answer is asked for again, a message edited, and the tree shows all of it', async () => {
  const answered = async (text: string, body: object): Promise<Reader> => {
    const [speaker, reader] = await beginSaying(text, body);
    speaker.end();
    await reader.over;
    return reader;
  };
  const first = await answered('A1', { message: 'A' });
  const conversation_id = first.conversation;
  const second = await answered('B1', { message: 'B', conversation_id });
  const again = await answered('B2', { conversation_id, regenerate_turn_id: second.turn });
  const edited = await answered('C1', {
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

test('useChat finds the answer that is being written, and nothing once it is', async () => {
  const chatId = randomUUID();
  const speaker = createSpeaker();
  upstream.behave(speaker.behaviour);
  speaker.say('Once upon ');
  const transport = chatTransport(system, {});
  const given = { chatId, trigger: 'submit-message', messageId: undefined } as const;
  const stream = await transport.sendMessages({
    ...given,
    messages: [says('A story')],
    abortSignal: undefined,
  });
  // The tab is closed, and opened again.
  await stream.cancel();
  const resumed = await transport.reconnectToStream({ chatId });
  speaker.say('a time.');
  speaker.end();
  let text = '';
  for await (const part of resumed ?? []) if (part.type === 'text-delta') text += part.delta;
  expect(text).toBe('Once upon a time.');
  expect(await transport.reconnectToStream({ chatId })).toBeNull();
});
