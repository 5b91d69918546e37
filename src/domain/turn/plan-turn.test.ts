import { planTurn, type PlanContext } from '#domain/turn/plan-turn.ts';
import { expect, test } from 'vitest';
import { chatPolicy } from '#test/fixtures/chat-policy.ts';

const context: PlanContext = {
  owner: 'anonymous',
  isAnonymous: true,
  policy: { ...chatPolicy, allowAnonymous: true },
  invocation: { requestId: 'r', signal: new AbortController().signal, endsAtMs: 5 },
  nowMs: 1_700_000_000_000,
};

const chat = { question: { type: 'message', text: 'Hi' }, inference: {} } as const;

test('callers without an identity go on with ids they were given, and choose none', () => {
  const given = planTurn({ ...chat, conversation: { id: 'c1', create: false } }, context);
  expect(given.conversation).toEqual({ conversationId: 'c1', mode: 'existing' });
  const chosen = { ...chat, conversation: { id: 'c1', create: true } };
  expect(() => planTurn(chosen, context)).toThrow('id: may be chosen only');
  expect(planTurn(chosen, { ...context, isAnonymous: false }).conversation?.mode).toBe('either');
});

test('ids are UUIDs of version 7, which sort by time', () => {
  const { turnId } = planTurn(chat, context);
  expect(turnId).toMatch(/^018bcfe5-6800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u);
});

test("a request that asks for no limit of tokens gets the policy's", () => {
  expect(planTurn(chat, context).inference.maxTokens).toBe(100);
});

test('callers without an identity use no tools: they would share their notes', () => {
  const asked = { ...chat, toolSets: ['notes'] };
  expect(() => planTurn(asked, context)).toThrow('tools: are only for callers with');
  const known = planTurn(asked, { ...context, owner: 'ada', isAnonymous: false });
  expect(known.toolUse).toEqual({ owner: 'ada', sets: ['notes'], canAsk: false });
});

test.each([
  [{ toolSets: ['time'], question: { type: 'continue', turnId: 't' } }, 'continue_turn_id: does'],
  [
    { agent: 'a', question: { type: 'approve', turnId: 't', decisions: [] } },
    'approve_turn_id: does',
  ],
  [
    { toolSets: ['time'], knowledge: { name: 'k', mode: 'retrieve_and_generate' } },
    'tools: does not go with retrieve_and_generate',
  ],
] as const)('%j is refused: one of them would be left out', (change, message) => {
  const { policy } = context;
  const offered = { ...policy, agents: { a: 'x' }, knowledgeBases: { k: 'x' } };
  const known = { ...context, policy: offered, isAnonymous: false };
  expect(() => planTurn({ ...chat, ...change }, known)).toThrow(message);
});
