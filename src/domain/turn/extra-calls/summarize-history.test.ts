import { expect, test } from 'vitest';
import { messageText, userMessage } from '#domain/conversation/message.ts';
import { createMemoryModel, saying } from '#test/doubles/memory-model.ts';
import type { Model, ModelRequest } from '#domain/model/model.ts';
import { runDetached } from '#domain/turn/run-detached.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import { conversation, eventsOf, memoryPorts, textOf, turnRequest } from '#test/fixtures/turns.ts';

/** A model whose summaries name every fact in the request, and whose answers are long. */
function summarizingModel(): Model & {
  readonly turnRequests: ModelRequest[];
  readonly summaryRequests: ModelRequest[];
} {
  const [turnRequests, summaryRequests]: [ModelRequest[], ModelRequest[]] = [[], []];
  return {
    turnRequests,
    summaryRequests,
    stream(request, signal) {
      const isSummary = request.system?.includes('memory of a conversation') ?? false;
      (isSummary ? summaryRequests : turnRequests).push(request);
      const shown = request.messages.map(messageText).join(' ');
      const facts = [...new Set(shown.match(/fact-\d+/gu))].join(' ');
      const answer = isSummary ? `Notes: ${facts}` : 'word '.repeat(100);
      return createMemoryModel(saying(answer)).stream(request, signal);
    },
  };
}

test('the model is shown the whole of a long conversation, the older part as a summary', async () => {
  const model = summarizingModel();
  const ports = memoryPorts(model);
  for (let turn = 1; turn <= 40; turn += 1) {
    const input = { type: 'message', question: userMessage(`Remember fact-${turn}.`) } as const;
    await eventsOf(runTurn(ports, turnRequest({ turnId: `t${turn}`, input })));
  }
  expect(model.turnRequests).toHaveLength(40);
  for (const [index, { messages, system = '' }] of model.turnRequests.entries()) {
    const shown = [system, ...messages.map(messageText)].join(' ');
    const facts = new Set(shown.match(/fact-\d+/gu));
    expect(facts.size).toBe(index + 1);
    expect(shown.length).toBeLessThan(6_000);
  }
  expect(model.summaryRequests.length).toBeLessThan(20);
  expect(await ports.ledger.days('ada', 1)).toMatchObject([{ turns: 40 }]);
});

test('the reader does not wait for the summary', async () => {
  const notes = Promise.withResolvers<void>();
  const working = summarizingModel();
  const model: Model = {
    async *stream(request, signal) {
      const isSummary = request.system?.includes('memory of a conversation') ?? false;
      if (isSummary) await notes.promise;
      yield* working.stream(request, signal);
    },
  };
  const ports = memoryPorts(model);
  const request = (turnId: string) => turnRequest({ turnId, maxHistoryTokens: 100 });
  await eventsOf(runTurn(ports, request('t1')));
  const { events, ended } = runDetached(runTurn(ports, request('t2')));
  const emitted = await eventsOf(events);
  expect(emitted.at(-1)).toMatchObject({ type: 'turn-stop' });
  const summary = async (): Promise<string | undefined> =>
    (await ports.conversations.turns(conversation, { limit: 9 })).items.at(-1)?.summary;
  expect(await summary()).toBeUndefined();
  notes.resolve();
  await ended;
  expect(await summary()).toContain('Notes');
});

test('a summary that fails costs nothing, and is written after the next turn', async () => {
  let isDown = true;
  const working = summarizingModel();
  const model: Model = {
    async *stream(request, signal) {
      const isSummary = request.system?.includes('memory of a conversation') ?? false;
      if (isSummary && isDown) throw new Error('down');
      yield* working.stream(request, signal);
    },
  };
  const ports = memoryPorts(model);
  const run = (turnId: string) =>
    eventsOf(runTurn(ports, turnRequest({ turnId, maxHistoryTokens: 100 })));
  await run('t1');
  expect(textOf(await run('t2'))).toContain('word');
  const [before] = await ports.ledger.days('ada', 1);
  isDown = false;
  await run('t3');
  const { items } = await ports.conversations.turns(conversation, { limit: 9 });
  expect(items.filter(({ summary }) => summary !== undefined)).toHaveLength(1);
  expect(before).toMatchObject({ turns: 2 });
});

test('without a summary, the model is shown as many turns as fit', async () => {
  const working = summarizingModel();
  const model: Model = {
    async *stream(request, signal) {
      if (request.system !== undefined) throw new Error('No notes today.');
      yield* working.stream(request, signal);
    },
  };
  const ports = memoryPorts(model);
  for (let turn = 1; turn <= 9; turn += 1) {
    const input = { type: 'message', question: userMessage(`fact-${turn}`) } as const;
    await eventsOf(runTurn(ports, turnRequest({ turnId: `t${turn}`, input })));
  }
  const shown = working.turnRequests.at(-1)?.messages.map(messageText) ?? [];
  expect(shown.filter((text) => text.startsWith('fact'))).toEqual([4, 5, 6, 7, 8, 9].map(fact));
});

const fact = (turn: number): string => `fact-${turn}`;
