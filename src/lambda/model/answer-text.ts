import type { TextEvent } from '#domain/model/native-model.ts';
import { joinSurrogatePairs } from '#protocol/turn/plain-text.ts';

export const textHeaders = {
  'content-type': 'text/plain; charset=utf-8',
  'x-accel-buffering': 'no',
} as const;

/** Emits the text of a stream. */
export async function* textOf(
  events: AsyncIterable<TextEvent>,
): AsyncGenerator<string, void, undefined> {
  for await (const event of events) if (event.type === 'text') yield event.text;
}

/** Waits for the first text, so that an error before it still becomes a status. */
export async function awaitFirstText(text: AsyncIterable<string>): Promise<AsyncIterable<string>> {
  const pieces = joinSurrogatePairs(text);
  const first = await pieces.next();
  return (async function* rest() {
    if (first.done !== true) yield first.value;
    yield* pieces;
  })();
}
