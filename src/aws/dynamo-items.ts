import type { Conversation, ConversationKey } from '#domain/conversation.ts';
import { errorCodes } from '#domain/errors.ts';
import type { ContentBlock, Message, Role } from '#domain/message.ts';
import type { LiveTurn, Turn, TurnState } from '#domain/turn.ts';
import type { Usage } from '#domain/usage.ts';

export type Item = Readonly<Record<string, unknown>>;

/** The stored form of a turn: its fields as they are, messages as lists of maps. */
export function toTurnItem(turn: Turn): Item {
  return { ...turn };
}

/** A turn from its item. Throws when the item is not one that `toTurnItem` made. */
export function fromTurnItem(item: Item): Turn {
  return {
    turnId: text(item, 'turnId'),
    sequence: number(item, 'sequence'),
    state: oneOf(states, item['state']),
    question: message(item['question']),
    answer: message(item['answer']),
    modelId: text(item, 'modelId'),
    startedAtMs: number(item, 'startedAtMs'),
    finishedAtMs: number(item, 'finishedAtMs'),
    ...(item['stopReason'] === undefined ? {} : { stopReason: text(item, 'stopReason') }),
    ...(item['usage'] === undefined ? {} : { usage: usage(record(item['usage'])) }),
    ...(item['errorCode'] === undefined ? {} : { errorCode: oneOf(errorCodes, item['errorCode']) }),
  };
}

/** The live turn's place is the conversation's count of turns: one write makes both. */
function liveTurn(value: unknown, sequence: number): LiveTurn {
  const item = record(value);
  return {
    turnId: text(item, 'turnId'),
    sequence,
    question: message(item['question']),
    modelId: text(item, 'modelId'),
    startedAtMs: number(item, 'startedAtMs'),
    leaseUntilMs: number(item, 'leaseUntilMs'),
  };
}

/** A conversation from its item; the key's owner is the one that was asked for. */
export function fromConversationItem(owner: ConversationKey['owner'], item: Item): Conversation {
  return {
    owner,
    conversationId: text(item, 'conversationId'),
    title: text(item, 'title'),
    createdAtMs: number(item, 'createdAtMs'),
    updatedAtMs: number(item, 'updatedAtMs'),
    ...(item['liveTurn'] === undefined
      ? {}
      : { liveTurn: liveTurn(item['liveTurn'], number(item, 'turnCount')) }),
  };
}

const states: readonly TurnState[] = ['complete', 'stopped', 'interrupted', 'failed', 'timed_out'];
const roles: readonly Role[] = ['user', 'assistant'];
function message(value: unknown): Message {
  const item = record(value);
  if (!Array.isArray(item['content'])) throw malformed('content');
  return { role: oneOf(roles, item['role']), content: item['content'].map(block) };
}

function block(value: unknown): ContentBlock {
  const item = record(value);
  const type = oneOf(['text', 'reasoning', 'tool-use'] as const, item['type']);
  switch (type) {
    case 'text':
      return { type, text: text(item, 'text') };
    case 'reasoning': {
      const reasoning = { type, text: text(item, 'text') };
      return item['signature'] === undefined
        ? reasoning
        : { ...reasoning, signature: text(item, 'signature') };
    }
    case 'tool-use': {
      const [toolUseId, name] = [text(item, 'toolUseId'), text(item, 'name')];
      return { type, toolUseId, name, inputJson: text(item, 'inputJson') };
    }
  }
}

function usage(item: Item): Usage {
  return {
    inputTokens: number(item, 'inputTokens'),
    outputTokens: number(item, 'outputTokens'),
    totalTokens: number(item, 'totalTokens'),
    cacheReadInputTokens: number(item, 'cacheReadInputTokens'),
    cacheWriteInputTokens: number(item, 'cacheWriteInputTokens'),
  };
}

function record(value: unknown): Item {
  if (typeof value !== 'object' || value === null) throw malformed('item');
  return Object.fromEntries(Object.entries(value));
}

function text(item: Item, name: string): string {
  const value = item[name];
  if (typeof value !== 'string') throw malformed(name);
  return value;
}

function number(item: Item, name: string): number {
  const value = item[name];
  if (typeof value !== 'number') throw malformed(name);
  return value;
}

function oneOf<Value extends string>(values: readonly Value[], found: unknown): Value {
  const value = values.find((candidate) => candidate === found);
  if (value === undefined) throw malformed(String(found));
  return value;
}

function malformed(name: string): TypeError {
  return new TypeError(`A stored item is malformed at ${name}`);
}
