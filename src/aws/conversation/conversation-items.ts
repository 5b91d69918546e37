import { toExpiry } from '#aws/dynamo/table.ts';
import { checkItemVersion, currentVersion } from '#aws/dynamo/item-version.ts';
import {
  malformed,
  number,
  oneOf,
  optionalNumber,
  optionalText,
  record,
  text,
  type Item,
} from '#aws/dynamo/item-fields.ts';
import { attachmentFormats } from '#domain/conversation/attachment.ts';
import type { Conversation, ConversationKey } from '#domain/conversation/conversation.ts';
import { errorCodes } from '#domain/errors.ts';
import type {
  ContentBlock,
  Message,
  Passage,
  ReasoningBlock,
  Role,
  WholeBlock,
} from '#domain/conversation/message.ts';
import type { LogEntry, LogEvent } from '#domain/conversation/turn-log.ts';
import type { Feedback, LiveTurn, Turn, TurnState } from '#domain/conversation/turn.ts';
import type { Usage, Cost } from '#domain/conversation/usage.ts';

/** Returns the item of a turn. It has the fields of the turn, with messages as lists of maps. */
export function toTurnItem({ expiresAtMs, ...turn }: Turn): Item {
  const expiry = expiresAtMs === undefined ? {} : { expiresAt: toExpiry(expiresAtMs) };
  return { ...turn, ...expiry, ...currentVersion };
}

/** Returns the turn in an item. Throws a `TypeError` if the item is malformed. */
export function fromTurnItem(item: Item): Turn {
  checkItemVersion(item);
  return {
    turnId: text(item, 'turnId'),
    sequence: number(item, 'sequence'),
    ...optionalText(item, 'parentId'),
    state: oneOf(states, item['state']),
    question: message(item['question']),
    answer: message(item['answer']),
    modelId: text(item, 'modelId'),
    startedAtMs: number(item, 'startedAtMs'),
    finishedAtMs: number(item, 'finishedAtMs'),
    ...optionalText(item, 'stopReason'),
    ...optionalText(item, 'summary'),
    ...(item['feedback'] === undefined ? {} : { feedback: feedback(record(item['feedback'])) }),
    ...(item['usage'] === undefined ? {} : { usage: usage(record(item['usage'])) }),
    ...(item['cost'] === undefined ? {} : { cost: cost(record(item['cost'])) }),
    ...(item['isUnanswered'] === true ? { isUnanswered: true } : {}),
    ...optionalText(item, 'errorMessage'),
    ...(item['errorCode'] === undefined ? {} : { errorCode: oneOf(errorCodes, item['errorCode']) }),
  };
}

/** The sequence number of the live turn is the conversation's `turnCount`: one write sets both. */
function liveTurn(conversation: Item): { liveTurn?: LiveTurn } {
  if (conversation['liveTurn'] === undefined) return {};
  const item = record(conversation['liveTurn']);
  const { liveParent } = conversation;
  const { expiresAtMs } = item;
  const maxNanoUsd = item['maxNanoUsd'] ?? item['mostNanoUsd'];
  return {
    liveTurn: {
      turnId: text(item, 'turnId'),
      sequence: number(conversation, 'turnCount'),
      ...(typeof liveParent === 'string' ? { parentId: liveParent } : {}),
      question: message(item['question']),
      modelId: text(item, 'modelId'),
      startedAtMs: number(item, 'startedAtMs'),
      leaseUntilMs: number(item, 'leaseUntilMs'),
      ...(expiresAtMs === undefined ? {} : { expiresAtMs: number(item, 'expiresAtMs') }),
      ...(typeof maxNanoUsd === 'number' ? { maxNanoUsd } : {}),
    },
  };
}

/** Returns the conversation in an item. The item does not store the owner as a field. */
export function fromConversationItem(owner: ConversationKey['owner'], item: Item): Conversation {
  checkItemVersion(item);
  const createdAtMs = number(item, 'createdAtMs');
  return {
    owner,
    createdAtMs,
    conversationId: text(item, 'conversationId'),
    title: text(item, 'title'),
    updatedAtMs: item['updatedAtMs'] === undefined ? createdAtMs : number(item, 'updatedAtMs'),
    ...optionalText(item, 'headId'),
    ...(item['settings'] === undefined ? {} : { settings: record(item['settings']) }),
    ...liveTurn(item),
  };
}

/** Returns what a conversation stores for an idempotency key. */
export function fromKeyAttribute(value: unknown): { fingerprint: string; turnId?: string } {
  const item = record(value);
  return { fingerprint: text(item, 'fingerprint'), ...optionalText(item, 'turnId') };
}

/** Returns the log entry in an item. Throws a `TypeError` if the item is malformed. */
export function fromLogItem(item: Item): LogEntry {
  checkItemVersion(item);
  if (!Array.isArray(item['events'])) throw malformed('events');
  return { slot: number(item, 'slot'), events: item['events'].map(logEvent) };
}

function logEvent(value: unknown): LogEvent {
  const item = record(value);
  const index = number(item, 'index');
  const type = oneOf(logTypes, item['type']);
  switch (type) {
    case 'text-delta':
      return { type, index, text: text(item, 'text') };
    case 'reasoning-delta':
      return { type, index, ...reasoning(item) };
    case 'tool-input-delta':
      return { type, index, json: text(item, 'json') };
    case 'block-start':
      return { type, index, toolUseId: text(item, 'toolUseId'), name: text(item, 'name') };
    case 'block':
      return { type, index, block: wholeBlock(record(item['block'])) };
  }
}

const logTypes = [
  'text-delta',
  'reasoning-delta',
  'tool-input-delta',
  'block-start',
  'block',
] as const;

const states: readonly TurnState[] = ['complete', 'stopped', 'interrupted', 'failed', 'timed_out'];
const roles: readonly Role[] = ['user', 'assistant'];

/** Returns the message in a stored map. Throws a `TypeError` if the map is malformed. */
export function message(value: unknown): Message {
  const item = record(value);
  if (!Array.isArray(item['content'])) throw malformed('content');
  return { role: oneOf(roles, item['role']), content: item['content'].map(block) };
}

function block(value: unknown): ContentBlock {
  const item = record(value);
  const type = oneOf(blockTypes, item['type']);
  switch (type) {
    case 'text':
      return { type, text: text(item, 'text') };
    case 'reasoning':
      return { type, ...reasoning(item) };
    case 'tool-use': {
      const [toolUseId, name] = [text(item, 'toolUseId'), text(item, 'name')];
      return { type, toolUseId, name, inputJson: text(item, 'inputJson') };
    }
    case 'attachment': {
      const [attachmentId, name] = [text(item, 'attachmentId'), text(item, 'name')];
      const format = oneOf(attachmentFormats, item['format']);
      return { type, attachmentId, name, format, size: number(item, 'size') };
    }
    case 'tool-result':
    case 'retrieval':
    case 'citation':
    case 'approval':
      return wholeBlock(item);
  }
}

/** Items of earlier versions have no durations. */
function reasoning(item: Item): Omit<ReasoningBlock, 'type'> {
  const signature = optionalText(item, 'signature');
  return { text: text(item, 'text'), ...signature, ...optionalNumber(item, 'durationMs') };
}

const wholeTypes = ['tool-result', 'retrieval', 'citation', 'approval'] as const;
const blockTypes = ['text', 'reasoning', 'tool-use', 'attachment', ...wholeTypes] as const;

function wholeBlock(item: Item): WholeBlock {
  const type = oneOf(wholeTypes, item['type']);
  switch (type) {
    case 'tool-result': {
      return {
        type,
        toolUseId: text(item, 'toolUseId'),
        text: text(item, 'text'),
        ...(item['isError'] === true ? { isError: true } : {}),
        ...(item['isDenied'] === true ? { isDenied: true } : {}),
        ...optionalNumber(item, 'durationMs'),
      };
    }
    case 'approval':
      return { type, toolUseId: text(item, 'toolUseId') };
    case 'retrieval':
      return { type, query: text(item, 'query'), passages: passages(item) };
    case 'citation': {
      const span = item['span'] === undefined ? undefined : record(item['span']);
      return {
        type,
        passages: passages(item),
        ...(span === undefined
          ? {}
          : { span: { start: number(span, 'start'), end: number(span, 'end') } }),
      };
    }
  }
}

function passages(item: Item): readonly Passage[] {
  if (!Array.isArray(item['passages'])) throw malformed('passages');
  return item['passages'].map((value: unknown) => {
    const passage = record(value);
    return {
      text: text(passage, 'text'),
      source: text(passage, 'source'),
      ...optionalText(passage, 'title'),
      ...optionalNumber(passage, 'score'),
    };
  });
}

function feedback(item: Item): Feedback {
  return {
    rating: oneOf(['good', 'bad'] as const, item['rating']),
    ...optionalText(item, 'comment'),
  };
}

function usage(item: Item): Usage {
  return {
    inputTokens: number(item, 'inputTokens'),
    outputTokens: number(item, 'outputTokens'),
    totalTokens: number(item, 'totalTokens'),
    cacheReadInputTokens: number(item, 'cacheReadInputTokens'),
    cacheWriteInputTokens: number(item, 'cacheWriteInputTokens'),
    ...optionalNumber(item, 'cacheWrite1hInputTokens'),
    ...(item['isEstimated'] === true ? { isEstimated: true } : {}),
  };
}

function cost(item: Item): Cost {
  const nanoUsd = number(item, 'nanoUsd');
  return item['isEstimated'] === true ? { nanoUsd, isEstimated: true } : { nanoUsd };
}
