import { fromConverseFrames } from '#aws/model/converse-events.ts';
import { shortenResult } from '#domain/model/call-tools.ts';
import { ChatError, answerCutShort } from '#domain/errors.ts';
import type { ToolResultBlock } from '#domain/conversation/message.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';

/** Numbers of blocks that no model uses: in the answer they are numbered anew. */
const firstResultIndex = 3_000_000;

/**
 * An agent's answer in what it sends as data: events of Converse as Strands forwards them
 * (`{"event":{…}}`), the results of its tools (`{"message":{…}}`), or mere words. Throws where it
 * tells of an error, and where an answer in events does not come to its end.
 */
export async function* fromStrandsEvents(
  sent: AsyncIterable<unknown>,
): AsyncGenerator<StreamEvent, void, undefined> {
  let mode: 'unknown' | 'events' | 'words' = 'unknown';
  let isOver = false;
  let results = firstResultIndex;
  for await (const item of sent) {
    const said = toFields(item);
    if (isFailure(said['error'])) throw agentFailed(said['error']);
    const events = converseEventsIn(said);
    if (events.length > 0) mode = 'events';
    for (const event of events) {
      if (event.type === 'message-stop') isOver = event.stopReason !== 'tool_use';
      yield event;
    }
    for (const block of toolResultsIn(said)) {
      results += 1;
      yield { type: 'block', index: results, block };
    }
    const text = mode === 'events' ? undefined : wordsIn(item, said);
    if (text === undefined) continue;
    if (mode === 'unknown') yield { type: 'message-start' };
    mode = 'words';
    yield { type: 'text-delta', index: 0, text };
  }
  if (mode === 'words') {
    yield { type: 'block-stop', index: 0 };
    yield { type: 'message-stop', stopReason: 'end_turn' };
  } else if (!isOver) {
    throw answerCutShort();
  }
}

type Fields = Readonly<Record<string, unknown>>;

function toFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value))
    : {};
}

function converseEventsIn(said: Fields): readonly StreamEvent[] {
  const [name, payload] = Object.entries(toFields(said['event']))[0] ?? [];
  if (name === undefined) return [];
  const headers = new Map([
    [':message-type', 'event'],
    [':event-type', name],
  ]);
  return [...fromConverseFrames([{ headers, payload: JSON.stringify(payload) }])];
}

/** What tools gave is in messages of the user, as Converse has them. */
function* toolResultsIn(said: Fields): Generator<ToolResultBlock> {
  const { content } = toFields(said['message']);
  for (const part of Array.isArray(content) ? content : []) {
    const { toolUseId, status, content: given } = toFields(toFields(part)['toolResult']);
    if (typeof toolUseId !== 'string') continue;
    const texts = (Array.isArray(given) ? given : []).map(wordsOrJson);
    const error = status === 'error' ? ({ isError: true } as const) : {};
    yield { type: 'tool-result', toolUseId, text: shortenResult(texts.join('\n')), ...error };
  }
}

function wordsOrJson(part: unknown): string {
  const { text, json } = toFields(part);
  return typeof text === 'string' ? text : JSON.stringify(json ?? part);
}

/** The names under which agents commonly send words. */
const wordNames = ['data', 'text', 'delta', 'result', 'response', 'output', 'completion'];

function wordsIn(item: unknown, said: Fields): string | undefined {
  if (typeof item === 'string') return item;
  for (const name of wordNames) {
    const value = said[name];
    if (typeof value === 'string') return value;
    const words = wordsOfMessage(value);
    if (words !== '') return words;
  }
  return undefined;
}

/** A whole message as Converse has it, which is what `result.message` is in Strands. */
function wordsOfMessage(value: unknown): string {
  const { content } = toFields(value);
  const parts = Array.isArray(content) ? content : [];
  return parts
    .map((part) => toFields(part)['text'])
    .filter((text) => typeof text === 'string')
    .join('');
}

/** Envelopes of answers often have a place for an error, with none in it. */
function isFailure(error: unknown): boolean {
  return error !== undefined && error !== null && error !== false && error !== '';
}

function agentFailed(cause: unknown): ChatError {
  return new ChatError('model_error', 'The agent failed.', { cause: new Error(String(cause)) });
}
