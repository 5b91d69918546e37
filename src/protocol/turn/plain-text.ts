import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { eventStreamHeaders, type TurnEncoding } from '#protocol/turn/turn-encoding.ts';

/** The bare text of an answer. A failure throws: only a broken connection tells it apart. */
export function createPlainTextEncoding(): TurnEncoding {
  let held = '';
  return {
    contentType: 'text/plain; charset=utf-8',
    headers: eventStreamHeaders,
    encode(event: TurnEvent) {
      if (event.type === 'error') throw event.error;
      if (event.type === 'turn-stop') return held;
      if (event.type !== 'text-delta') return '';
      const text = held + event.text;
      held = highSurrogateAtEnd(text);
      return text.slice(0, text.length - held.length);
    },
  };
}

/** The same text in pieces none of which ends with half a character. */
export async function* joinSurrogatePairs(
  pieces: AsyncIterable<string>,
): AsyncGenerator<string, void, undefined> {
  let held = '';
  for await (const piece of pieces) {
    const text = held + piece;
    held = highSurrogateAtEnd(text);
    if (text.length > held.length) yield text.slice(0, text.length - held.length);
  }
  if (held !== '') yield held;
}

/** Half a character would become U+FFFD in UTF-8, so it waits for its other half. */
function highSurrogateAtEnd(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd8_00 && last <= 0xdb_ff ? text.slice(-1) : '';
}

/** The text again, however its bytes were cut. */
export async function* decodePlainText(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}
