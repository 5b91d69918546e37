import { expect, test } from 'vitest';
import type { ContentBlock } from '#domain/conversation/message.ts';
import type { Model } from '#domain/model/model.ts';
import { withTools } from '#domain/model/with-tools.ts';
import { followTurn } from '#domain/turn/follow-turn.ts';
import { findConversation } from '#domain/turn/recover-turn.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import { createUiEncoding } from '#protocol/turn/ui-message-stream.ts';
import { answering, boxOf, tool } from '#test/fixtures/scripted-tools.ts';
import {
  conversation,
  eventsOf,
  memoryPorts,
  turnRequest,
  usage,
  type MemoryPorts,
} from '#test/fixtures/turns.ts';

const toolUse = { sets: ['set'], canAsk: true };
const key = { ...conversation, turnId: 't1', sequence: 1 };
const { signal } = new AbortController();

/** A model that thinks for 1.5 s and calls a tool, which takes 0.3 s. It answers after that. */
function thinkingPorts(): MemoryPorts {
  let step = 0;
  const model: Model = {
    async *stream() {
      step += 1;
      if (step > 1) return yield* answering('Hello.');
      yield { type: 'message-start' };
      yield { type: 'reasoning-delta', index: 0, text: 'Let me' };
      await ports.clock.advance(1_500);
      yield { type: 'reasoning-delta', index: 0, text: ' ask.' };
      yield { type: 'block-stop', index: 0 };
      yield { type: 'block-start', index: 1, toolUseId: 'a', name: 'clock' };
      await ports.clock.advance(100);
      yield { type: 'tool-input-delta', index: 1, json: '{}' };
      yield { type: 'block-stop', index: 1 };
      yield { type: 'message-stop', stopReason: 'tool_use' };
      yield { type: 'usage', usage };
    },
  };
  const slow = async (): Promise<string> => {
    await ports.clock.advance(300);
    return 'noon';
  };
  const ports = memoryPorts(withTools(model, boxOf(tool('clock', { run: slow }))));
  return ports;
}

const contentOf = async (ports: MemoryPorts): Promise<readonly ContentBlock[] | undefined> =>
  (await ports.conversations.turn(key))?.answer.content;

test('reasoning and tool calls are stored with how long they took', async () => {
  const ports = thinkingPorts();
  await eventsOf(runTurn(ports, turnRequest({ extensions: { toolUse } })));
  expect(await contentOf(ports)).toEqual([
    { type: 'reasoning', text: 'Let me ask.', durationMs: 1_500 },
    { type: 'tool-use', toolUseId: 'a', name: 'clock', inputJson: '{}' },
    { type: 'tool-result', toolUseId: 'a', text: 'noon', durationMs: 300 },
    { type: 'text', text: 'Hello.' },
  ]);
});

const secondsIn = (events: Parameters<ReturnType<typeof createUiEncoding>['encode']>[0][]) => {
  const encoding = createUiEncoding('r1');
  const encoded = events.map((event) => encoding.encode(event)).join('');
  return [...encoded.matchAll(/"type":"([\w-]+)"[^\n]*"seconds":([\d.]+)/gu)].map(
    ([, type, seconds]) => [type, Number(seconds)],
  );
};

test('the stream has the same durations live, and when it is read again', async () => {
  const ports = thinkingPorts();
  const live = await eventsOf(runTurn(ports, turnRequest({ extensions: { toolUse } })));
  const again = await eventsOf(followTurn(ports, { key, signal }));
  const durations = [
    ['reasoning-end', 1.5],
    ['tool-output-available', 0.3],
  ];
  expect(secondsIn(live)).toEqual(durations);
  expect(secondsIn(again)).toEqual(durations);
});

test('a turn that is recovered from its log has the durations up to there', async () => {
  const ports = thinkingPorts();
  const failing = { ...ports.conversations, finish: () => Promise.reject(new Error('Lost')) };
  const running = runTurn(
    { ...ports, conversations: failing },
    turnRequest({ extensions: { toolUse }, endsAtMs: 3_000 }),
  );
  for await (const event of running) {
    if (event.type === 'block') await ports.clock.advance(2_000);
  }
  await ports.clock.advance(60_000);
  await findConversation(ports, conversation);
  expect(await ports.conversations.turn(key)).toMatchObject({ state: 'interrupted' });
  expect(await contentOf(ports)).toMatchObject([
    { type: 'reasoning', text: 'Let me ask.', durationMs: 1_500 },
    { type: 'tool-use' },
    { type: 'tool-result', text: 'noon', durationMs: 300 },
  ]);
});
