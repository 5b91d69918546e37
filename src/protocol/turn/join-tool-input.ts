import { joinDeltas } from '#domain/conversation/turn-log.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import type { TurnEncoding } from '#protocol/turn/turn-encoding.ts';

type ToolInputDelta = TurnEvent & { readonly type: 'tool-input-delta' };

/** How much longer an input becomes before its reader gets the next part of it. */
const growth = 1 / 4;

/**
 * Returns an encoding that gets the input of a tool in few deltas. The AI SDK parses all of an
 * input again with each delta, so that many small ones of a long input would cost the square of its
 * length. The reader has at least four fifths of what has arrived, and a short input at once.
 */
export function joinToolInput(encoding: TurnEncoding): TurnEncoding {
  let held: ToolInputDelta | undefined;
  let encodedCharacters = 0;
  const release = (): string => {
    if (held === undefined) return '';
    const encoded = encoding.encode(held);
    encodedCharacters += held.json.length;
    held = undefined;
    return encoded;
  };
  return {
    ...encoding,
    encode(event) {
      if (event.type === 'tool-input-delta') {
        const joined = held === undefined ? event : joinDeltas(held, event);
        if (joined?.type === 'tool-input-delta') {
          held = joined;
          return joined.json.length < encodedCharacters * growth ? '' : release();
        }
      }
      const before = release();
      if (event.type === 'block-start') encodedCharacters = 0;
      return before + encoding.encode(event);
    },
  };
}
