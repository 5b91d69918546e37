import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { decodeDataStream } from '#protocol/turn/data-stream.ts';
import { decodeUiStream } from '#protocol/turn/ui-message-stream.ts';
import { expectSettings } from '#test/fixtures/conversation-settings.ts';
import {
  newDataDirectory,
  post,
  startSystem,
  type StreambedSystem,
} from '#test/fixtures/system.ts';

let system: StreambedSystem;

beforeAll(async () => {
  system = await startSystem({ titles: 'model' });
});
afterAll(() => system.close());

const bytesOf = (answer: Response): AsyncIterable<Uint8Array> =>
  answer.body ?? ReadableStream.from([]);

test('a prompt streams as text whose chunks arrive over time', async () => {
  const answer = await system.api(
    '/chat/stream',
    post({ prompt: 'Tell me about rivers', format: 'text' }),
  );
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  const times: number[] = [];
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of bytesOf(answer)) {
    times.push(performance.now());
    text += decoder.decode(chunk, { stream: true });
  }
  // A busy machine may receive several deltas in one chunk.
  expect(times.length).toBeGreaterThan(5);
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(100);
  expect(text).toContain('## About rivers');
});

test('the data format streams text as server-sent events and ends with [DONE]', async () => {
  const answer = await system.api(
    '/chat/stream',
    post({ prompt: '日本の川について', format: 'data' }),
  );
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  expect(answer.headers.get('cache-control')).toContain('no-transform');
  const pieces = await Array.fromAsync(decodeDataStream(bytesOf(answer)));
  expect(pieces.join('')).toContain('日本');
});

test('a stream is in the ui format by default, with the turn id in its headers and first event', async () => {
  const answer = await system.signed('ChatFunction', 'chat', post({ message: 'Hello' }));
  expect(answer.headers.get('x-vercel-ai-ui-message-stream')).toBe('v1');
  const events = await Array.fromAsync(decodeUiStream(bytesOf(answer)));
  expect(events[0]).toMatchObject({
    type: 'turn-start',
    turnId: answer.headers.get('x-streambed-turn-id'),
    conversationId: answer.headers.get('x-streambed-conversation-id'),
  });
  expect(events.at(-1)).toMatchObject({ type: 'turn-stop', stopReason: 'end_turn' });
});

test('the buffered route responds with one JSON object', async () => {
  const answer = await system.api('/chat', post({ prompt: 'What is 12 * 7' }));
  expect(answer.status).toBe(200);
  expect(answer.headers.get('x-request-id')).toBeTruthy();
  expect(await answer.json()).toMatchObject({
    conversation_id: null,
    turn_id: expect.any(String),
    response: expect.stringContaining('**84**'),
    stop_reason: 'end_turn',
    model: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
    usage: { input_tokens: expect.any(Number), total_tokens: expect.any(Number) },
  });
});

test('the Accept header selects the format, and the body overrides it', async () => {
  const text = await system.api(
    '/chat/stream',
    post({ prompt: 'Hi' }, { headers: { accept: 'text/plain' } }),
  );
  expect(text.headers.get('content-type')).toContain('text/plain');
  await text.text();
  const axios = { headers: { accept: 'application/json, text/plain, */*' } };
  const json = await system.api('/chat', post({ prompt: 'Hi' }, axios));
  expect(json.headers.get('content-type')).toBe('application/json');
  const init = post({ prompt: 'Hi', format: 'data' }, { headers: { accept: 'application/json' } });
  const data = await system.api('/chat/stream', init);
  expect(data.headers.get('content-type')).toBe('text/event-stream');
  await data.text();
});

test('a conversation is remembered, titled, listed, renamed and removed', async () => {
  const first = await answerOf(
    await system.api('/chat', post({ message: 'Hello, my name is Ada.' })),
  );
  const conversation = `/conversations/${first.conversation_id}`;
  const second = await answerOf(
    await system.api(
      '/chat',
      post({ message: 'What is my name?', conversation_id: first.conversation_id }),
    ),
  );
  expect(second.response).toContain('**Ada**');
  const listed: unknown = await (await system.api('/conversations')).json();
  expect(listed).toMatchObject({
    conversations: [{ conversation_id: first.conversation_id, title: 'Hello, my name is Ada' }],
  });
  const patched = await system.api(conversation, { method: 'PATCH', body: '{"title":"Names"}' });
  expect(patched.status).toBe(204);
  const read: unknown = await (await system.api(conversation)).json();
  expect(read).toMatchObject({
    title: 'Names',
    turns: [
      { state: 'complete', message: 'Hello, my name is Ada.' },
      { state: 'complete', message: 'What is my name?', response: second.response },
    ],
  });
  await expectSettings(system, conversation);
  expect((await system.api(conversation, { method: 'DELETE' })).status).toBe(204);
  expect((await system.api(conversation)).status).toBe(404);
});

test('conversations are found by what was said in them, by their owner only, until they are removed', async () => {
  const headers = { 'idempotency-key': 'biwa-1' };
  await system.api('/chat', post({ prompt: 'A prompt about Biwa' }, { headers }));
  const { conversation_id: id, turn_id: turn } = await answerOf(
    await system.api('/chat', post({ message: 'How deep is Lake Ｂｉｗａ, or 琵琶湖？' })),
  );
  const search = async (query: string): Promise<unknown> =>
    (await system.api(`/search?query=${encodeURIComponent(query)}`)).json();
  const result = {
    conversation_id: id,
    title: expect.stringContaining('Lake'),
    updated_at: expect.stringMatching(/Z$/u),
    turn_id: turn,
    excerpt: 'How deep is Lake Ｂｉｗａ, or 琵琶湖？',
  };
  expect(await search('biwa lake')).toEqual({ results: [result] });
  expect(await search('琶湖')).toEqual({ results: [result] });
  expect(await search('biwa sea')).toEqual({ results: [] });
  const stranger = await system.signed('ConversationsFunction', 'search?query=biwa');
  expect(await stranger.json()).toEqual({ results: [] });
  expect(await search('')).toMatchObject({ detail: 'query: must not be blank' });
  expect(await (await system.api('/search')).json()).toMatchObject({
    detail: 'query: is required',
  });
  const limited = await system.api('/search?query=a&limit=51');
  expect(limited.status).toBe(400);
  await system.api(`/conversations/${id}`, { method: 'DELETE' });
  expect(await search('biwa')).toEqual({ results: [] });
});

test('continuing a truncated answer yields the same text as an answer without a limit', async () => {
  const whole = await answerOf(
    await system.api('/chat', post({ message: 'Tell me about rivers' })),
  );
  const inference = { max_tokens: 40 };
  const cut = await answerOf(
    await system.api('/chat', post({ message: 'Tell me about rivers', inference })),
  );
  expect(cut.stop_reason).toBe('max_tokens');
  const request = { conversation_id: cut.conversation_id, continue_turn_id: cut.turn_id };
  const rest = await answerOf(await system.api('/chat', post(request)));
  expect(rest).toMatchObject({ stop_reason: 'end_turn', response: whole.response });
  const again = await system.api('/chat', post({ ...request, continue_turn_id: rest.turn_id }));
  expect(await again.json()).toMatchObject({
    code: 'invalid_request',
    detail: 'continue_turn_id: this answer is complete',
  });
});

test('only its owner can read, continue or remove a conversation', async () => {
  const { conversation_id: id } = await answerOf(
    await system.api('/chat', post({ message: 'Mine' })),
  );
  const read = await system.signed('ConversationsFunction', `conversations/${id}`);
  const unknown = await system.signed('ConversationsFunction', 'conversations/unknown');
  expect(read.status).toBe(404);
  expect(withoutRequestId(await read.text())).toBe(withoutRequestId(await unknown.text()));
  const written = await system.signed(
    'ChatFunction',
    '',
    post({ message: 'Yours', conversation_id: id }),
  );
  expect(written.status).toBe(404);
  expect(
    (await system.signed('ConversationsFunction', `conversations/${id}`, { method: 'DELETE' }))
      .status,
  ).toBe(404);
});

test('a conversation survives a restart', async () => {
  const data = await newDataDirectory();
  const before = await startSystem({ data });
  const { conversation_id: id } = await answerOf(
    await before.api('/chat', post({ message: 'Keep this' })),
  );
  await before.close();
  const after = await startSystem({ data });
  const read: unknown = await (await after.api(`/conversations/${id}`)).json();
  await after.close();
  expect(read).toMatchObject({ turns: [{ state: 'complete', message: 'Keep this' }] });
});

test('a second concurrent turn in a conversation gets a 409 with the id of the running turn', async () => {
  const running = await system.api(
    '/chat/stream',
    post({ message: 'Write 900 words about rivers' }),
  );
  const id = running.headers.get('x-streambed-conversation-id');
  const second = await system.api('/chat', post({ message: 'And?', conversation_id: id }));
  expect(second.status).toBe(409);
  expect(await second.json()).toMatchObject({
    code: 'conflict',
    turn_id: running.headers.get('x-streambed-turn-id'),
  });
  await running.text();
});

test('an answer is completed and stored after its client disconnects', async () => {
  const controller = new AbortController();
  const message = { message: 'Write 300 words about rivers' };
  const answer = await system.api('/chat/stream', post(message, { signal: controller.signal }));
  const id = answer.headers.get('x-streambed-conversation-id');
  await bytesOf(answer)[Symbol.asyncIterator]().next();
  controller.abort();
  await expect
    .poll(async () => (await system.api(`/conversations/${id}`)).json(), { timeout: 10_000 })
    .toMatchObject({ turns: [{ state: 'complete' }] });
});

test('requests of an unmodified useChat create a conversation and continue it', async () => {
  const ask = async (text: string): Promise<TurnEvent | undefined> => {
    const body = {
      id: 'ui-chat-1',
      trigger: 'submit-message',
      messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
    };
    const answer = await system.signed('ChatFunction', '', post(body));
    return (await Array.fromAsync(decodeUiStream(bytesOf(answer)))).at(-1);
  };
  expect(await ask('Hello')).toMatchObject({ type: 'turn-stop' });
  expect(await ask('Again')).toMatchObject({ type: 'turn-stop' });
  const page: unknown = await (
    await system.signed('ConversationsFunction', 'conversations/ui-chat-1')
  ).json();
  expect(page).toMatchObject({ turns: [{ message: 'Hello' }, { message: 'Again' }] });
});

interface TurnAnswer {
  readonly conversation_id: string;
  readonly turn_id: string;
  readonly response: string;
  readonly stop_reason: string;
}

async function answerOf(answer: Response): Promise<TurnAnswer> {
  expect(answer.status).toBe(200);
  return JSON.parse(await answer.text());
}

/** Removes the request id from a problem. */
function withoutRequestId(text: string): string {
  return text.replace(/"request_id":"[^"]*"/u, '');
}
