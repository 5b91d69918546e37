import { expect, test } from 'vitest';
import type { ChatRequest } from '#domain/chat/chat-request.ts';
import { planTurn, type PlanContext } from '#domain/chat/plan-turn.ts';
import type { TurnRequest } from '#domain/turn/turn-request.ts';
import { ids } from '#api/http/ids.ts';
import { createManualClock } from '#local/process/clock.ts';
import { chatPolicy } from '#test/fixtures/chat-policy.ts';
import { flatPrices } from '#test/fixtures/turns.ts';

const chat = { question: { type: 'message', text: 'Hi' }, inference: {} } as const;
const signed = { owner: 'ada', isAnonymous: false };

function plan(
  request: ChatRequest,
  change: Partial<PlanContext> = {},
  policy = chatPolicy,
): TurnRequest {
  const ports = { clock: createManualClock(1_700_000_000_000), ids, prices: flatPrices };
  const { signal } = new AbortController();
  const context = { owner: 'anonymous', isAnonymous: true, signal, endsAtMs: 5 };
  return planTurn(ports, policy, request, { ...context, ...change });
}

test('anonymous callers continue conversations by their id, and cannot choose one', () => {
  const existing = plan({ ...chat, conversation: { id: 'c1', create: false } });
  expect(existing.conversation).toEqual({ conversationId: 'c1', mode: 'existing' });
  const chosen = { ...chat, conversation: { id: 'c1', create: true } };
  expect(() => plan(chosen)).toThrow('id: may be chosen only');
  expect(plan(chosen, signed).conversation?.mode).toBe('either');
});

test('ids are UUIDs of version 7, which sort by time', () => {
  expect(plan(chat).turnId).toMatch(/^018bcfe5-6800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u);
});

test("a request without a token limit gets the policy's", () => {
  expect(plan(chat).options.inference.maxTokens).toBe(100);
});

test('anonymous callers cannot use tools, because they would share their notes', () => {
  const request = { ...chat, toolSets: ['notes'] };
  expect(() => plan(request)).toThrow('tools: are only for callers with');
  const { toolUse } = plan(request, signed).extensions;
  expect(toolUse).toEqual({ sets: ['notes'], canAsk: false });
});

test.each([
  [
    { toolSets: ['time'], question: { type: 'continue', turnId: 't' } },
    'continue_turn_id: cannot be combined',
  ],
  [
    { agent: 'a', question: { type: 'approve', turnId: 't', decisions: [] } },
    'approve_turn_id: cannot be combined',
  ],
  [
    { toolSets: ['time'], knowledge: { name: 'k', mode: 'retrieve_and_generate' } },
    'tools: cannot be combined with retrieve_and_generate',
  ],
] as const)('%j is refused, because one field would be ignored', (change, message) => {
  const policy = { ...chatPolicy, agents: { a: 'x' }, knowledgeBases: { k: 'x' } };
  expect(() => plan({ ...chat, ...change }, signed, policy)).toThrow(message);
});

test('every option of a request reaches the model, and is part of what is cached', () => {
  const cached = (system: string): string | undefined =>
    plan({ ...chat, system, cacheMs: 1_000 }, signed).conversation?.conversationId;
  expect(plan({ ...chat, system: 'Be brief' }).options.system).toBe('Be brief');
  expect(cached('Be brief')).toBe(cached('Be brief'));
  expect(cached('Be brief')).not.toBe(cached('Be long'));
});
