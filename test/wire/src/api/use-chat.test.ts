import { AbstractChat, DefaultChatTransport, type ChatState, type UIMessage } from 'ai';
import { expect, test } from 'vitest';
import { ChatError } from '#domain/errors.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { toTurnResponse } from '#api/turn/turn-response.ts';

/** What `useChat` makes of our streams. Its hook is this class with state that React renders. */
class Chat extends AbstractChat<UIMessage> {
  constructor(transport: DefaultChatTransport<UIMessage>) {
    const messages: UIMessage[] = [];
    const state: ChatState<UIMessage> = {
      status: 'ready',
      error: undefined,
      messages,
      pushMessage: (message) => void messages.push(message),
      popMessage: () => void messages.pop(),
      replaceMessage: (index, message) => void messages.splice(index, 1, message),
      snapshot: (value) => structuredClone(value),
    };
    super({ state, transport });
  }

  /** The text of the last message. */
  get text(): string {
    const parts = this.messages.at(-1)?.parts ?? [];
    return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('|');
  }
}

const words = ['Once ', 'upon ', 'a ', 'time.'];
const half = words.slice(0, 2);

const start: TurnEvent = { type: 'turn-start', turnId: 't1', conversationId: 'c1', modelId: 'm' };

function says(...texts: readonly string[]): readonly TurnEvent[] {
  const deltas = texts.map((text) => ({ type: 'text-delta', index: 0, text }) as const);
  return [start, { type: 'message-start' }, ...deltas];
}

const whole: readonly TurnEvent[] = [
  ...says(...words),
  { type: 'block-stop', index: 0 },
  { type: 'message-stop', stopReason: 'end_turn' },
  { type: 'turn-stop', stopReason: 'end_turn' },
];

/** What browsers throw. With these words the AI SDK can go on where it was, and with others not. */
const lostInBrowser = 'network error';

/** Emits events, and then breaks off like a lost connection if the turn has no end. */
async function* turnOf(events: readonly TurnEvent[]): AsyncGenerator<TurnEvent> {
  yield* events;
  const last = events.at(-1)?.type;
  if (last !== 'turn-stop' && last !== 'error') throw new TypeError(lostInBrowser);
}

/** Returns a chat whose first request is answered with one turn, and whose second with another. */
function chatOf(first: readonly TurnEvent[], second = whole, after = 0): Chat {
  const answers = [
    { events: first, after: 0 },
    { events: second, after },
  ];
  const fetchTurn = async (): Promise<Response> => {
    const { events, after: characters } = answers.shift() ?? { events: whole, after: 0 };
    const settings = { requestId: 'r1', format: 'ui', after: characters } as const;
    const { body, status, headers } = await toTurnResponse(turnOf(events), settings);
    const stream = typeof body === 'string' ? body : ReadableStream.from(body);
    return new Response(
      typeof stream === 'string' ? stream : stream.pipeThrough(new TextEncoderStream()),
      { status, headers: { ...headers } },
    );
  };
  return new Chat(new DefaultChatTransport({ fetch: fetchTurn }));
}

test('a whole answer is ready, without an error', async () => {
  const chat = chatOf(whole);
  await chat.sendMessage({ text: 'A story' });
  expect([chat.status, chat.error, chat.text]).toEqual(['ready', undefined, words.join('')]);
});

const interrupted = new ChatError('model_error', 'The answer was interrupted.');

test.each<[string, readonly TurnEvent[], string]>([
  [
    'an error after it has begun',
    [...says(...half), { type: 'error', error: interrupted }],
    interrupted.message,
  ],
  ['a lost connection', says(...half), lostInBrowser],
])('an answer that is cut by %s shows as cut, with what was read', async (_, events, message) => {
  const chat = chatOf(events);
  await chat.sendMessage({ text: 'A story' });
  expect([chat.status, chat.error?.message, chat.text]).toEqual(['error', message, half.join('')]);
});

test('an answer that was stopped says so', async () => {
  const chat = chatOf([...says(...half), { type: 'turn-stop', stopReason: 'stopped' }]);
  await chat.sendMessage({ text: 'A story' });
  expect(chat.messages.at(-1)).toMatchObject({ metadata: { stop_reason: 'stopped' } });
});

test.each([
  ['everything again', 0],
  ['only the rest', half.join('').length],
])('a resume that sends %s leaves what was read', async (_, after) => {
  const chat = chatOf(says(...half), whole, after);
  await chat.sendMessage({ text: 'A story' });
  await chat.resumeStream();
  expect([chat.status, chat.error, chat.text]).toEqual(['ready', undefined, words.join('')]);
});

test('every part of a stream is one that useChat knows', async () => {
  const passage = { text: 'Rain.', source: 's3://b/rain.txt' };
  const chat = chatOf([
    start,
    { type: 'message-start', modelId: 'm' },
    { type: 'block', index: 0, block: { type: 'retrieval', query: 'rain', passages: [passage] } },
    { type: 'reasoning-delta', index: 1, text: 'Hm.', durationMs: 10 },
    { type: 'block-stop', index: 1 },
    { type: 'block-start', index: 2, toolUseId: 'a', name: 'add' },
    { type: 'tool-input-delta', index: 2, json: '{"order":12345678901234567890}' },
    { type: 'block-stop', index: 2 },
    { type: 'message-stop', stopReason: 'tool_use' },
    { type: 'block', index: 3, block: { type: 'tool-result', toolUseId: 'a', text: '2' } },
    { type: 'text-delta', index: 4, text: 'It rains.' },
    { type: 'block', index: 5, block: { type: 'citation', passages: [passage] } },
    { type: 'turn-stop', stopReason: 'end_turn' },
  ]);
  await chat.sendMessage({ text: 'Rain?' });
  expect([chat.status, chat.error, chat.text]).toEqual(['ready', undefined, 'It rains.']);
  const types = chat.messages.at(-1)?.parts.map(({ type }) => type);
  expect(types).toEqual(
    expect.arrayContaining(['data-retrieval', 'data-citation', 'dynamic-tool', 'source-document']),
  );
});
