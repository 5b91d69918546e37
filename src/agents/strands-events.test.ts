import { expect, test } from 'vitest';
import { fromStrandsEvents } from '#agents/strands-events.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';

async function* stream(...items: readonly unknown[]): AsyncGenerator {
  yield* items;
}

const convert = (...items: readonly unknown[]): Promise<StreamEvent[]> =>
  Array.fromAsync(fromStrandsEvents(stream(...items)));

const textOf = (events: readonly StreamEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

const event = (name: string, payload: object): object => ({ event: { [name]: payload } });
const textDelta = (text: string): object =>
  event('contentBlockDelta', { contentBlockIndex: 0, delta: { text } });

test.each([
  [['Hel', 'lo']],
  [[{ data: 'Hel' }, { data: 'lo' }]],
  [[{ result: 'Hello' }]],
  [[{ response: 'Hello', error: null }]],
  // The response of a Strands agent with `return {"result": result.message}`.
  [[{ result: { role: 'assistant', content: [{ text: 'Hel' }, { text: 'lo' }] } }]],
  [
    [
      event('messageStart', { role: 'assistant' }),
      textDelta('Hello'),
      event('messageStop', { stopReason: 'end_turn' }),
    ],
  ],
])('%j is the text Hello with an end', async (items) => {
  const events = await convert(...items);
  expect(textOf(events)).toBe('Hello');
  expect(events.at(-1)).toEqual({ type: 'message-stop', stopReason: 'end_turn' });
});

test('text that Strands sends in addition to its events is not repeated', async () => {
  const events = await convert(
    { init_event_loop: true },
    event('messageStart', { role: 'assistant' }),
    textDelta('Hello'),
    { data: 'Hello' },
    event('messageStop', { stopReason: 'end_turn' }),
    { result: 'Hello' },
  );
  expect(textOf(events)).toBe('Hello');
});

test('tool results and tool errors become blocks and are shortened', async () => {
  const result = (toolUseId: string, status: string, text: string): object => ({
    message: {
      role: 'user',
      content: [{ toolResult: { toolUseId, status, content: [{ text }] } }],
    },
  });
  const events = await convert(
    result('1', 'success', 'x'.repeat(20_000)),
    result('2', 'error', 'No.'),
    event('messageStop', { stopReason: 'end_turn' }),
  );
  const blocks = events.flatMap((one) => (one.type === 'block' ? [one.block] : []));
  expect(blocks[0]).toMatchObject({ type: 'tool-result', toolUseId: '1' });
  expect(JSON.stringify(blocks[0]).length).toBeLessThan(9_000);
  expect(blocks[1]).toEqual({ type: 'tool-result', toolUseId: '2', text: 'No.', isError: true });
});

test.each([
  [[textDelta('Half')]],
  [[textDelta('Half'), event('messageStop', { stopReason: 'tool_use' })]],
  [[]],
  [[{ init_event_loop: true }]],
])('%j is cut short', async (items) => {
  await expect(convert(...items)).rejects.toThrow('cut short');
});

test('an error reported by the agent is a model error', async () => {
  await expect(convert(textDelta('Half'), { error: 'boom' })).rejects.toThrow('The agent failed.');
});
