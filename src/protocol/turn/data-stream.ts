import * as v from 'valibot';
import { accumulate, emptyAnswer } from '#domain/conversation/accumulate.ts';
import { ChatError, toErrorCode } from '#domain/errors.ts';
import type { StopReason, TurnEvent } from '#domain/conversation/stream-event.ts';
import { isLogEvent } from '#domain/conversation/turn-log.ts';
import { eventStreamHeaders, type TurnEncoding } from '#protocol/turn/turn-encoding.ts';
import { toCitationJson, toStepJson } from '#protocol/conversation/passage-json.ts';
import { toProblem } from '#protocol/http/problem.ts';
import { decodeSse, encodeSseMessage, ssePing } from '#protocol/http/sse.ts';

/**
 * Returns the simplest encoding of events: `data: {"text":"…"}` lines, then `data: [DONE]`.
 * Citations, steps and an unusual stop reason are events with names, which readers of the text can
 * ignore.
 */
export function createDataEncoding(requestId: string): TurnEncoding {
  let answer = emptyAnswer;
  const encodeBlock = (index: number): string => {
    const block = answer.content[answer.indexes.lastIndexOf(index)];
    if (block?.type === 'citation') return namedEvent('citation', toCitationJson(block));
    const step = block === undefined ? undefined : toStepJson(block);
    return step === undefined ? '' : namedEvent('step', step);
  };
  return {
    contentType: 'text/event-stream',
    headers: eventStreamHeaders,
    ping: ssePing,
    encode(event: TurnEvent) {
      if (event.type === 'text-delta') return `data: {"text":${JSON.stringify(event.text)}}\n\n`;
      if (event.type === 'turn-stop') return encodeStop(event.stopReason);
      if (event.type === 'block-stop') return encodeBlock(event.index);
      if (isLogEvent(event)) answer = accumulate(answer, event);
      if (event.type === 'block') return encodeBlock(event.index);
      if (event.type !== 'error') return '';
      const data = JSON.stringify(toProblem(event.error, requestId));
      return encodeSseMessage({ event: 'error', data });
    },
  };
}

/** An answer that stopped before its own end says why. */
function encodeStop(stopReason: StopReason): string {
  const done = encodeSseMessage({ data: '[DONE]' });
  return stopReason === 'end_turn' ? done : namedEvent('stop', { stop_reason: stopReason }) + done;
}

function namedEvent(event: string, data: object): string {
  return encodeSseMessage({ event, data: JSON.stringify(data) });
}

const textData = v.object({ text: v.string() });
const errorData = v.object({ code: v.string(), detail: v.string() });

/** Decodes the text of a `data` stream. Throws a `ChatError` if it fails or lacks `[DONE]`. */
export async function* decodeDataStream(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string, void, undefined> {
  for await (const { event, data } of decodeSse(chunks)) {
    if (data === '[DONE]') return;
    if (event === 'error') {
      const { code, detail } = v.parse(errorData, JSON.parse(data));
      throw new ChatError(toErrorCode(code), detail);
    }
    if (event === undefined) yield v.parse(textData, JSON.parse(data)).text;
  }
  throw new ChatError('internal', 'The connection ended before the answer did.');
}
