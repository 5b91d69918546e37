import type { StreamEvent } from '#domain/conversation/stream-event.ts';

/**
 * A model's events with each block under the number that it has in the answer: a model may leave
 * numbers out, and begins anew with each message. What was said before comes first, as if the
 * model had said it again, and the model's first text goes on with it.
 */
export async function* renumberBlocks(
  events: AsyncIterable<StreamEvent>,
  answerSoFar = '',
): AsyncGenerator<StreamEvent, void, undefined> {
  const numbers = new Map<number, number>();
  let next = 0;
  let goesOn = false;
  for await (const event of events) {
    if (!('index' in event)) {
      numbers.clear();
      yield event;
      if (event.type !== 'message-start' || next > 0 || answerSoFar === '') continue;
      yield { type: 'text-delta', index: 0, text: answerSoFar };
      [next, goesOn] = [1, true];
      continue;
    }
    if (event.type === 'block-stop' && !numbers.has(event.index)) continue;
    if (!numbers.has(event.index)) {
      const index = goesOn && event.type === 'text-delta' ? 0 : next;
      numbers.set(event.index, index);
      next = Math.max(next, index + 1);
      goesOn = false;
    }
    yield { ...event, index: numbers.get(event.index) ?? 0 };
  }
}
