import { expect, test } from 'vitest';
import { fromStrandsEvents } from '#agents/strands-events.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';

async function* sending(...items: readonly unknown[]): AsyncGenerator {
  yield* items;
}

const heard = (...items: readonly unknown[]): Promise<StreamEvent[]> =>
  Array.fromAsync(fromStrandsEvents(sending(...items)));

const textOf = (events: readonly StreamEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

const event = (name: string, payload: object): object => ({ event: { [name]: payload } });
const said = (text: string): object =>
  event('contentBlockDelta', { contentBlockIndex: 0, delta: { text } });

test.each([
  [['Hel', 'lo']],
  [[{ data: 'Hel' }, { data: 'lo' }]],
  [[{ result: 'Hello' }]],
  [[{ response: 'Hello', error: null }]],
  // What `return {"result": result.message}` of a Strands agent comes to.
  [[{ result: { role: 'assistant', content: [{ text: 'Hel' }, { text: 'lo' }] } }]],
  [
    [
      event('messageStart', { role: 'assistant' }),
      said('Hello'),
      event('messageStop', { stopReason: 'end_turn' }),
    ],
  ],
])('%j says Hello, and ends', async (items) => {
  const events = await heard(...items);
  expect(textOf(events)).toBe('Hello');
  expect(events.at(-1)).toEqual({ type: 'message-stop', stopReason: 'end_turn' });
});

test('what Strands sends beside its events is not said twice', async () => {
  const events = await heard(
    { init_event_loop: true },
    event('messageStart', { role: 'assistant' }),
    said('Hello'),
    { data: 'Hello' },
    event('messageStop', { stopReason: 'end_turn' }),
    { result: 'Hello' },
  );
  expect(textOf(events)).toBe('Hello');
});

test('results of tools are blocks, errors among them, and no longer than is shown', async () => {
  const result = (toolUseId: string, status: string, text: string): object => ({
    message: {
      role: 'user',
      content: [{ toolResult: { toolUseId, status, content: [{ text }] } }],
    },
  });
  const events = await heard(
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
  [[said('Half')]],
  [[said('Half'), event('messageStop', { stopReason: 'tool_use' })]],
  [[]],
  [[{ init_event_loop: true }]],
])('%j is cut short', async (items) => {
  await expect(heard(...items)).rejects.toThrow('cut short');
});

test('an error that the agent tells is one', async () => {
  await expect(heard(said('Half'), { error: 'boom' })).rejects.toThrow('The agent failed.');
});
