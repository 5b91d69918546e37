import { fromConverseEvents } from '#aws/model/converse-events.ts';
import { shortenResult } from '#domain/model/call-tools.ts';
import { ChatError, answerCutShort } from '#domain/errors.ts';
import type { ToolResultBlock } from '#domain/conversation/message.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';

/** Tool results are numbered from an index that no model uses. The answer renumbers all blocks. */
const firstResultIndex = 3_000_000;

/**
 * Converts the items that an agent sends to events. Items are Converse events as forwarded by Strands
 * (`{"event":{…}}`), tool results (`{"message":{…}}`) or plain text. Throws a `ChatError` if the
 * agent reports an error, or if an answer in events has no end.
 */
export async function* fromStrandsEvents(
  items: AsyncIterable<unknown>,
): AsyncGenerator<StreamEvent, void, undefined> {
  let mode: 'unknown' | 'events' | 'text' = 'unknown';
  let hasEnded = false;
  let resultIndex = firstResultIndex;
  for await (const item of items) {
    const fields = toFields(item);
    if (isFailure(fields['error'])) throw agentFailed(fields['error']);
    const events = converseEventsIn(fields);
    if (events.length > 0) mode = 'events';
    for (const event of events) {
      if (event.type === 'message-stop') hasEnded = event.stopReason !== 'tool_use';
      yield event;
    }
    for (const block of toolResultsIn(fields)) {
      resultIndex += 1;
      yield { type: 'block', index: resultIndex, block };
    }
    const text = mode === 'events' ? undefined : textIn(item, fields);
    if (text === undefined) continue;
    if (mode === 'unknown') yield { type: 'message-start' };
    mode = 'text';
    yield { type: 'text-delta', index: 0, text };
  }
  if (mode === 'text') {
    yield { type: 'block-stop', index: 0 };
    yield { type: 'message-stop', stopReason: 'end_turn' };
  } else if (!hasEnded) {
    throw answerCutShort();
  }
}

type Fields = Readonly<Record<string, unknown>>;

function toFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value))
    : {};
}

function converseEventsIn(fields: Fields): readonly StreamEvent[] {
  const [name, payload] = Object.entries(toFields(fields['event']))[0] ?? [];
  if (name === undefined) return [];
  return [...fromConverseEvents([JSON.parse(JSON.stringify({ [name]: payload }))])];
}

/** Emits the tool results in an item. As in Converse, they are in user messages. */
function* toolResultsIn(fields: Fields): Generator<ToolResultBlock> {
  const { content } = toFields(fields['message']);
  for (const part of Array.isArray(content) ? content : []) {
    const { toolUseId, status, content: parts } = toFields(toFields(part)['toolResult']);
    if (typeof toolUseId !== 'string') continue;
    const texts = (Array.isArray(parts) ? parts : []).map(textOrJson);
    const error = status === 'error' ? ({ isError: true } as const) : {};
    yield { type: 'tool-result', toolUseId, text: shortenResult(texts.join('\n')), ...error };
  }
}

function textOrJson(part: unknown): string {
  const { text, json } = toFields(part);
  return typeof text === 'string' ? text : JSON.stringify(json ?? part);
}

/** The fields in which agents commonly send text. */
const textFields = ['data', 'text', 'delta', 'result', 'response', 'output', 'completion'];

function textIn(item: unknown, fields: Fields): string | undefined {
  if (typeof item === 'string') return item;
  for (const name of textFields) {
    const value = fields[name];
    if (typeof value === 'string') return value;
    const text = messageTextIn(value);
    if (text !== '') return text;
  }
  return undefined;
}

/** Returns the text of a Converse message, which is what `result.message` is in Strands. */
function messageTextIn(value: unknown): string {
  const { content } = toFields(value);
  const parts = Array.isArray(content) ? content : [];
  return parts
    .map((part) => toFields(part)['text'])
    .filter((text) => typeof text === 'string')
    .join('');
}

/** Answers often have an `error` field that is empty. */
function isFailure(error: unknown): boolean {
  return error !== undefined && error !== null && error !== false && error !== '';
}

function agentFailed(cause: unknown): ChatError {
  return new ChatError('model_error', 'The agent failed.', { cause: new Error(String(cause)) });
}
