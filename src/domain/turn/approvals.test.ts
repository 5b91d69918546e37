import { expect, test } from 'vitest';
import { createMemoryConversations } from '#test/doubles/memory-conversations.ts';
import { messageText } from '#domain/conversation/message.ts';
import type { OwnTool } from '#domain/model/tools.ts';
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
import { textOf } from '#test/fixtures/turns.ts';

const writer = (written: unknown[]): OwnTool =>
  tool('write', {
    writes: true,
    run: async (input) => {
      written.push(input);
      return 'Written.';
    },
  });

test('a tool that writes waits for approval, and one that only reads does not', async () => {
  const written: unknown[] = [];
  const model = scripted(calling(call('1', 'write', '{"x":1}'), call('2', 'clock')));
  const { events, turn } = await ask(model, boxOf(writer(written), tool('clock')));
  expect(written).toEqual([]);
  expect(turn).toMatchObject({ state: 'complete', stopReason: 'approval_required' });
  expect(resultsIn(turn)).toEqual(['clock says hello']);
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'block', block: { type: 'approval', toolUseId: '1' } }),
  );
});

const approve = (isApproved: boolean, toolUseId = '1', turnId = 't1') => ({
  turnId: `t-${isApproved}`,
  input: { type: 'approve', turnId, decisions: [{ toolUseId, isApproved }] } as const,
  idempotency: { key: 'approve.1', fingerprint: String(isApproved) },
});

test('an approved call runs once, and the answer continues', async () => {
  const written: unknown[] = [];
  const conversations = createMemoryConversations();
  const toolbox = boxOf(writer(written));
  await ask(scripted(calling(call('1', 'write', '{"x":1}'))), toolbox, {}, conversations);
  const model = scripted(answering('It is written.'));
  const first = await ask(model, toolbox, approve(true), conversations);
  expect(written).toEqual([{ x: 1 }]);
  expect(first.turn?.answer.content.map(({ type }) => type)).toEqual([
    'tool-use',
    'tool-result',
    'text',
  ]);
  expect(messageText(first.turn?.question ?? { role: 'user', content: [] })).toBe('Hi');
  const again = await ask(model, toolbox, { ...approve(true), turnId: 't-x' }, conversations);
  expect(textOf(again.events)).toBe('It is written.');
  expect(written).toHaveLength(1);
  expect(model.requests).toHaveLength(1);
});

test('a denied call does not run, and the model gets an error result', async () => {
  const written: unknown[] = [];
  const conversations = createMemoryConversations();
  const toolbox = boxOf(writer(written));
  await ask(scripted(calling(call('1', 'write'))), toolbox, {}, conversations);
  const { turn } = await ask(
    scripted(answering('As you like.')),
    toolbox,
    approve(false),
    conversations,
  );
  expect(written).toEqual([]);
  expect(resultsIn(turn)).toEqual(['The user did not allow this call.']);
});

test('decisions must cover exactly the calls that wait for approval', async () => {
  const conversations = createMemoryConversations();
  const toolbox = boxOf(writer([]));
  await ask(scripted(calling(call('1', 'write'))), toolbox, {}, conversations);
  const other = ask(scripted(), toolbox, approve(true, '2'), conversations);
  await expect(other).rejects.toThrow('approvals: 2 does not wait for approval in this turn');
  const { input: yes } = approve(true);
  const [decision] = yes.decisions;
  const both = [{ ...decision, isApproved: false }, decision];
  for (const [decisions, reason] of [
    [[], 'approvals: must decide on 1'],
    [both, 'approvals: must not name 1 twice'],
  ] as const) {
    const wrong = { ...approve(true), input: { ...yes, decisions } };
    await expect(ask(scripted(), toolbox, wrong, conversations)).rejects.toThrow(reason);
  }
  // Without the tool the request fails before the answer, and the same decision can be sent later.
  const without = await ask(scripted(), boxOf(), approve(true), conversations);
  expect(without.events.at(-1)).toMatchObject({
    type: 'error',
    error: {
      code: 'invalid_request',
      message: expect.stringContaining('tools: must include the tool set that provides write'),
    },
  });
  await ask(
    scripted(answering('Done.')),
    toolbox,
    { ...approve(true), turnId: 't-2' },
    conversations,
  );
  const late = { ...approve(true, '1', 't-2'), idempotency: { key: 'other', fingerprint: 'x' } };
  await expect(ask(scripted(), toolbox, late, conversations)).rejects.toThrow(
    'no call of this turn waits',
  );
});
