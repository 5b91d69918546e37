import { ChatError } from '#domain/errors.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { splitDelta, isLogEvent, deltaLength } from '#domain/conversation/turn-log.ts';
import type { TurnEncoding } from '#protocol/turn/turn-encoding.ts';

/** A reader's position: the turn, and how many characters of its answer they have. */
export interface Cursor {
  readonly turnId: string;
  readonly characters: number;
}

/** Returns the text of a cursor. */
export function encodeCursor({ turnId, characters }: Cursor): string {
  return `${turnId}:${characters}`;
}

/** Parses a cursor. Throws `invalid_request` if it is malformed. */
export function decodeCursor(text: string): Cursor {
  const [, turnId, characters] = /^([\w-]{1,64}):(\d{1,9})$/u.exec(text) ?? [];
  if (turnId === undefined) {
    throw new ChatError('invalid_request', 'after: must be the id of an event of a stream');
  }
  return { turnId, characters: Number(characters) };
}

/**
 * Returns an encoding for a reader who already has the first `characters` of the answer, and does
 * not repeat them. The inner encoding still gets their events, so that it knows which blocks are
 * open at that point.
 */
export function resumeAfter(encoding: TurnEncoding, characters: number): TurnEncoding {
  let position = 0;
  return {
    ...encoding,
    encode(event) {
      const before = position;
      position += deltaLength(event);
      // The end is always encoded: the reader may have more than was stored.
      if (before >= characters || isEnd(event)) return encoding.encode(event);
      if (position <= characters || !isLogEvent(event)) {
        encoding.encode(event);
        return '';
      }
      const [skipped, rest] = splitDelta(event, characters - before);
      encoding.encode(skipped);
      return encoding.encode(rest);
    },
  };
}

/**
 * Returns an encoding for a reader who has the answer up to the calls that waited for approval. It
 * begins with the results of those calls.
 */
export function continueAfterCalls(
  encoding: TurnEncoding,
  callIds: readonly string[],
): TurnEncoding {
  let isNew = false;
  return {
    ...encoding,
    encode(event) {
      const encoded = encoding.encode(event);
      const block = event.type === 'block' ? event.block : undefined;
      if (block?.type === 'tool-result' && callIds.includes(block.toolUseId)) isNew = true;
      const { type } = event;
      const isFrame = type === 'turn-start' || type === 'turn-stop' || type === 'error';
      return isNew || isFrame ? encoded : '';
    },
  };
}

function isEnd({ type }: TurnEvent): boolean {
  return type === 'message-stop' || type === 'turn-stop' || type === 'error';
}
