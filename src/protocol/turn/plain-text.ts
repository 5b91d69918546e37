import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { eventStreamHeaders, type TurnEncoding } from '#protocol/turn/turn-encoding.ts';

/**
 * Returns the encoding of an answer as plain text. It throws the error of a failed turn, because
 * only a broken connection can show a failure.
 */
export function createPlainTextEncoding(): TurnEncoding {
  let pending = '';
  return {
    contentType: 'text/plain; charset=utf-8',
    headers: eventStreamHeaders,
    encode(event: TurnEvent) {
      if (event.type === 'error') throw event.error;
      if (event.type === 'turn-stop') return pending;
      if (event.type !== 'text-delta') return '';
      const text = pending + event.text;
      pending = highSurrogateAtEnd(text);
      return text.slice(0, text.length - pending.length);
    },
  };
}

/** Half a surrogate pair would become U+FFFD in UTF-8, so it waits for its other half. */
function highSurrogateAtEnd(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd8_00 && last <= 0xdb_ff ? text.slice(-1) : '';
}

/** Decodes the text of a `text` stream, however its bytes are split. */
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
