import { expect, test } from 'vitest';
import { messageText, userMessage } from '#domain/conversation/message.ts';
import { ChatError } from '#domain/errors.ts';
import type { Model, ModelRequest } from '#domain/model/model.ts';
import { runDetached } from '#domain/turn/run-detached.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import type { TurnRequest } from '#domain/turn/turn-request.ts';
import { createMemoryLedger } from '#test/doubles/memory-ledger.ts';
import { createMemoryModel, saying } from '#test/doubles/memory-model.ts';
import {
  conversation,
  eventsOf,
  generousLimits,
  memoryPorts,
  turnRequest,
  type MemoryPorts,
} from '#test/fixtures/turns.ts';

interface TitlingModel extends Model {
  readonly titleRequests: ModelRequest[];
}

const isTitle = ({ system }: ModelRequest): boolean => system?.includes('title') ?? false;

/** A model that gives this title, or what a function makes of the request for one. */
function titling(title: string | Model['stream']): TitlingModel {
  const titleRequests: ModelRequest[] = [];
  return {
    titleRequests,
    stream(request, signal) {
      if (!isTitle(request)) return createMemoryModel(saying('Hello')).stream(request, signal);
      titleRequests.push(request);
      if (typeof title !== 'string') return title(request, signal);
      return createMemoryModel(saying(title)).stream(request, signal);
    },
  };
}

const titleModel = { modelId: 'small', fallbackIds: [] };

function titled(turnId: string, change: Partial<TurnRequest> = {}): TurnRequest {
  const input = { type: 'message', question: userMessage('How deep is the lake?') } as const;
  return turnRequest({ turnId, input, titleModel, ...change });
}

const titleIn = async ({ conversations }: MemoryPorts): Promise<string | undefined> =>
  (await conversations.find(conversation))?.title;

test('the first answer of a conversation is followed by a title, which the question asks for once', async () => {
  const model = titling('**Depth of the lake.**');
  const ports = memoryPorts(model);
  await eventsOf(runTurn(ports, titled('t1')));
  expect(await titleIn(ports)).toBe('Depth of the lake');
  await eventsOf(runTurn(ports, titled('t2')));
  const again = { type: 'regenerate', turnId: 't1', question: undefined } as const;
  await eventsOf(runTurn(ports, titled('t3', { input: again })));
  const [request, ...others] = model.titleRequests;
  expect(others).toEqual([]);
  expect(request).toMatchObject({ modelId: 'small', owner: 'ada' });
  expect(request?.messages.map(messageText).join()).toContain('How deep is the lake?');
  expect(await ports.ledger.days('ada', 1)).toMatchObject([{ turns: 3 }]);
});

test.each([
  ['"湖の深さ。"', '湖の深さ'],
  ['「湖の深さ」', '湖の深さ'],
  ['# Title: Lakes\n\nThey are deep.', 'Lakes'],
  ['タイトル：湖', '湖'],
  ['What is C#?', 'What is C#?'],
  ['Questions about "Dune"', 'Questions about "Dune"'],
  ['**"Lakes"**', 'Lakes'],
  ['How lakes fill,', 'How lakes fill'],
  ['湖の深さ、', '湖の深さ'],
  ['word '.repeat(99), `${'word '.repeat(99).slice(0, 79)}…`],
  [' \n ', 'How deep is the lake?'],
])('of what the model writes, %j, the title is %j', async (written, title) => {
  const ports = memoryPorts(titling(written));
  await eventsOf(runTurn(ports, titled('t1')));
  expect(await titleIn(ports)).toBe(title);
});

test('the reader does not wait for the title', async () => {
  const thinking = Promise.withResolvers<void>();
  const model = titling(async function* think(request, signal) {
    await thinking.promise;
    yield* createMemoryModel(saying('Lakes')).stream(request, signal);
  });
  const ports = memoryPorts(model);
  const { events, ended } = runDetached(runTurn(ports, titled('t1')));
  expect((await eventsOf(events)).at(-1)).toMatchObject({ type: 'turn-stop' });
  expect(await titleIn(ports)).toBe('How deep is the lake?');
  thinking.resolve();
  await ended;
  expect(await titleIn(ports)).toBe('Lakes');
});

test('a title that takes too long is given up, and may have been paid for', async () => {
  const asked = Promise.withResolvers<void>();
  const model = titling(async function* hang(_, signal) {
    asked.resolve();
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
    yield* [];
  });
  const ports = memoryPorts(model);
  const { events, ended } = runDetached(runTurn(ports, titled('t1')));
  await Promise.all([eventsOf(events), asked.promise]);
  await ports.clock.advance(3_000);
  await ended;
  expect(await titleIn(ports)).toBe('How deep is the lake?');
  expect((await ports.ledger.days('ada', 1))[0]?.tokens).toBeGreaterThan(100);
});

test('a title that a person gave meanwhile stays', async () => {
  const model = titling(async function* renamed(request, signal) {
    await ports.conversations.change(conversation, { title: 'How deep is the lake?' });
    yield* createMemoryModel(saying('Lakes')).stream(request, signal);
  });
  const ports = memoryPorts(model);
  await eventsOf(runTurn(ports, titled('t1')));
  expect(await titleIn(ports)).toBe('How deep is the lake?');
});

test('a title that fails costs nothing, and is made with the next answer to the question', async () => {
  let isDown = true;
  const model = titling((request, signal) =>
    createMemoryModel(isDown ? [new ChatError('throttled', 'Too many.')] : saying('Lakes')).stream(
      request,
      signal,
    ),
  );
  const ports = memoryPorts(model);
  await eventsOf(runTurn(ports, titled('t1')));
  expect(await titleIn(ports)).toBe('How deep is the lake?');
  const [before] = await ports.ledger.days('ada', 1);
  const plain = memoryPorts(titling(''));
  await eventsOf(runTurn(plain, titled('t1', { titleModel: undefined })));
  expect(before).toEqual((await plain.ledger.days('ada', 1))[0]);
  isDown = false;
  const again = { type: 'regenerate', turnId: 't1', question: undefined } as const;
  await eventsOf(runTurn(ports, titled('t2', { input: again })));
  expect(await titleIn(ports)).toBe('Lakes');
});

test('a first turn that failed leaves the title to the next one', async () => {
  const busy = [new ChatError('throttled', 'Too many.')];
  const working = titling('Lakes');
  const model: Model = {
    stream: (request, signal) =>
      (request.messages.length === 1 && isFirst ? createMemoryModel(busy) : working).stream(
        request,
        signal,
      ),
  };
  let isFirst = true;
  const ports = memoryPorts(model);
  await eventsOf(runTurn(ports, titled('t1')));
  isFirst = false;
  expect(working.titleRequests).toEqual([]);
  const input = { type: 'message', question: userMessage('And the sea?') } as const;
  await eventsOf(runTurn(ports, titled('t2', { input })));
  expect(await titleIn(ports)).toBe('Lakes');
});

test('beyond the limits of its owner, a conversation keeps the first words', async () => {
  const ledger = createMemoryLedger({ ...generousLimits, tokensPerDay: 150 });
  const model = titling('Lakes');
  const ports = memoryPorts(model, { ledger });
  const options = { inference: { maxTokens: 20 } };
  await eventsOf(runTurn(ports, titled('t1', { options })));
  expect(model.titleRequests).toEqual([]);
  expect(await titleIn(ports)).toBe('How deep is the lake?');
});

test('without a model for titles, and for a prompt that is not listed, none is asked', async () => {
  const model = titling('Lakes');
  const ports = memoryPorts(model);
  await eventsOf(runTurn(ports, titled('t1', { titleModel: undefined })));
  await eventsOf(runTurn(ports, titled('t2', { conversation: undefined })));
  expect(model.titleRequests).toEqual([]);
});
