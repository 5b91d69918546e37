import { expect, test } from 'vitest';
import { ChatError } from '#domain/errors.ts';
import { createMemoryConversations } from '#test/doubles/memory-conversations.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import type { Toolbox } from '#domain/model/tools.ts';
import { withTools } from '#domain/model/with-tools.ts';
import {
  answering,
  askWithTools as ask,
  boxOf,
  call,
  calling,
  resultsIn,
  scripted,
  tool,
} from '#test/fixtures/scripted-tools.ts';
import { eventsOf, memoryPorts, textOf, turnRequest, usage } from '#test/fixtures/turns.ts';

test('a tool is called, the model sees its result, and everything is part of one answer', async () => {
  const model = scripted(calling(call('1', 'clock')), answering('It is noon.'));
  const { events, turn } = await ask(model, boxOf(tool('clock')));
  expect(textOf(events)).toBe('It is noon.');
  expect(turn).toMatchObject({ state: 'complete', stopReason: 'end_turn' });
  expect(turn?.answer.content.map(({ type }) => type)).toEqual(['tool-use', 'tool-result', 'text']);
  expect(turn?.usage).toEqual({ ...usage, inputTokens: 20, outputTokens: 10, totalTokens: 30 });
  expect(model.requests[1]?.messages.at(-1)).toEqual({
    role: 'user',
    content: [{ type: 'tool-result', toolUseId: '1', text: 'clock says hello' }],
  });
});

test('the next turn is shown the calls and results, or only the text if it has no tools', async () => {
  const conversations = createMemoryConversations();
  const toolbox = boxOf(tool('clock'));
  const first = scripted(calling(call('1', 'clock')), answering('It is noon.'));
  await ask(first, toolbox, {}, conversations);
  const rolesAfter = async (
    change: Partial<Parameters<typeof turnRequest>[0]>,
  ): Promise<string> => {
    const model = scripted(answering('Yes.'));
    await ask(model, toolbox, change, conversations);
    return (model.requests[0]?.messages ?? []).map(({ role }) => role[0]).join('');
  };
  expect(await rolesAfter({ turnId: 't2' })).toBe('uauau');
  const plain = scripted(answering('Yes.'));
  const ports = memoryPorts(withTools(plain, toolbox), { conversations });
  await eventsOf(runTurn(ports, turnRequest({ turnId: 't3' })));
  const kinds = plain.requests[0]?.messages.flatMap(({ content }) =>
    content.map(({ type }) => type),
  );
  expect(new Set(kinds)).toEqual(new Set(['text']));
});

test('a tool that fails, times out or does not exist becomes an error result', async () => {
  const toolbox = boxOf(
    tool('broken', { run: () => Promise.reject(new Error('secret: stack')) }),
    tool('refusing', {
      run: () => Promise.reject(new ChatError('invalid_request', 'x: must be 1')),
    }),
    tool('slow', { timeoutMs: 20, run: () => new Promise(() => undefined) }),
  );
  const calls = [
    call('1', 'broken'),
    call('2', 'refusing'),
    call('3', 'slow'),
    call('4', 'missing'),
    call('5', 'broken'),
  ];
  const { turn } = await ask(scripted(calling(...calls), answering('Sorry.')), toolbox);
  expect(resultsIn(turn)).toEqual([
    'The tool failed.',
    'x: must be 1',
    'slow took longer than 20 ms.',
    'There is no tool missing.',
    'At most 4 calls at once.',
  ]);
});

test('input that is not JSON never reaches a tool, and long results are cut', async () => {
  const inputs: unknown[] = [];
  const long = tool('long', {
    run: async (input) => {
      inputs.push(input);
      return 'x'.repeat(20_000);
    },
  });
  const calls = [call('1', 'long', '{"a":'), call('2', 'long', '')];
  const { turn } = await ask(scripted(calling(...calls), answering('Done.')), boxOf(long));
  const [broken, shortened = ''] = resultsIn(turn);
  expect(broken).toBe('The input is not valid JSON.');
  expect(inputs).toEqual([{}]);
  expect(shortened.length).toBeLessThan(16_100);
});

test('calls of a tool and calls of the model are limited in each turn', async () => {
  let calls = 0;
  const counted = tool('counted', {
    maxCalls: 2,
    run: async () => {
      calls += 1;
      return 'again';
    },
  });
  const forever = Array.from({ length: 9 }, (_, at) => calling(call(String(at), 'counted')));
  const model = scripted(...forever);
  const { turn } = await ask(model, boxOf(counted));
  expect(calls).toBe(2);
  expect(model.requests).toHaveLength(5);
  expect(turn).toMatchObject({ state: 'failed', errorCode: 'model_error' });
  expect(resultsIn(turn).at(-1)).toContain('was already called 2 times');
});

test('tools are closed with the turn, however it ends', async () => {
  let openCount = 0;
  const toolbox: Toolbox = {
    async open() {
      openCount += 1;
      return {
        tools: [tool('clock')],
        async close() {
          openCount -= 1;
        },
      };
    },
  };
  await ask(scripted(calling(call('1', 'clock')), answering('Noon.')), toolbox);
  expect(openCount).toBe(0);
  const failing = scripted([{ type: 'message-start' }]);
  expect((await ask(failing, toolbox)).turn).toMatchObject({ state: 'failed' });
  expect(openCount).toBe(0);
  const model = withTools(scripted(answering('Noon.')), toolbox);
  const toolUse = { sets: ['time'], canAsk: false };
  const request = { owner: 'ada', modelId: 'm', messages: [], inference: {}, toolUse };
  // A reader who leaves after the first event.
  for await (const _ of model.stream(request, new AbortController().signal)) break;
  expect(openCount).toBe(0);
});

test('tools that cannot be opened are an error before the answer begins', async () => {
  const toolbox: Toolbox = {
    open: () => Promise.reject(new ChatError('model_unavailable', 'Out of reach.')),
  };
  const model = scripted(answering('Hello'));
  const { events } = await ask(model, toolbox);
  expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'model_unavailable' } });
  expect(model.requests).toEqual([]);
});
