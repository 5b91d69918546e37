import * as v from 'valibot';
import { ChatError, toErrorCode } from '#domain/errors.ts';
import type { TurnEvent } from '#domain/stream-event.ts';
import { eventStreamHeaders, type TurnEncoding } from '#protocol/encode-turn.ts';
import { toProblem } from '#protocol/problem.ts';
import { decodeSse, encodeSseMessage, ssePing } from '#protocol/sse.ts';

/** The simplest stream of events: `data: {"text":"…"}` lines, then `data: [DONE]`. */
export function createDataEncoding(requestId: string): TurnEncoding {
  return {
    contentType: 'text/event-stream',
    headers: eventStreamHeaders,
    ping: ssePing,
    encode(event: TurnEvent) {
      if (event.type === 'text-delta') return `data: {"text":${JSON.stringify(event.text)}}\n\n`;
      if (event.type === 'turn-stop') return encodeSseMessage({ data: '[DONE]' });
      if (event.type !== 'error') return '';
      const data = JSON.stringify(toProblem(event.error, requestId));
      return encodeSseMessage({ event: 'error', data });
    },
  };
}

const textData = v.object({ text: v.string() });
const errorData = v.object({ code: v.string(), detail: v.string() });

/** The text of a `data` stream. Throws a `ChatError` when it failed or ended without `[DONE]`. */
export async function* decodeDataStream(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string, void, undefined> {
  for await (const { event, data } of decodeSse(chunks)) {
    if (data === '[DONE]') return;
    if (event === 'error') {
      const { code, detail } = v.parse(errorData, JSON.parse(data));
      throw new ChatError(toErrorCode(code), detail);
    }
    yield v.parse(textData, JSON.parse(data)).text;
  }
  throw new ChatError('internal', 'The connection ended before the answer did.');
}
