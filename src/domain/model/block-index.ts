import type { StreamEvent } from '#domain/conversation/stream-event.ts';

/*
 * Decorators add blocks of their own to a model's answer. Each uses indexes that no model uses,
 * and `renumberBlocks` gives every block its place in the answer afterwards.
 */

/** Approval requests of tool calls. */
export const firstApprovalIndex = 1_000;
/** The steps of an agent, which has one block of text at 0. */
export const firstAgentStepIndex = 1_000;
/** The search in a knowledge base. */
export const retrievalIndex = 1_000_000;
/** Citations. */
export const firstCitationIndex = 2_000_000;

/**
 * Emits a model's events with each block numbered by its place in the answer. A model may skip
 * numbers, and starts again with each message. `answerSoFar` comes first, as if the model had
 * repeated it, and the model's first text continues it.
 */
export async function* renumberBlocks(
  events: AsyncIterable<StreamEvent>,
  answerSoFar = '',
): AsyncGenerator<StreamEvent, void, undefined> {
  const indexes = new Map<number, number>();
  let next = 0;
  let continuesText = false;
  for await (const event of events) {
    if (!('index' in event)) {
      indexes.clear();
      yield event;
      if (event.type !== 'message-start' || next > 0 || answerSoFar === '') continue;
      yield { type: 'text-delta', index: 0, text: answerSoFar };
      [next, continuesText] = [1, true];
      continue;
    }
    if (event.type === 'block-stop' && !indexes.has(event.index)) continue;
    if (!indexes.has(event.index)) {
      const index = continuesText && event.type === 'text-delta' ? 0 : next;
      indexes.set(event.index, index);
      next = Math.max(next, index + 1);
      continuesText = false;
    }
    yield { ...event, index: indexes.get(event.index) ?? 0 };
  }
}
