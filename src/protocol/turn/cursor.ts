import { ChatError } from '#domain/errors.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { divided, isLogEvent, lengthOf } from '#domain/conversation/turn-log.ts';
import type { TurnEncoding } from '#protocol/turn/turn-encoding.ts';

/** How far a reader has come: the turn, and the characters of its answer that he has. */
export interface Cursor {
  readonly turnId: string;
  readonly characters: number;
}

export function encodeCursor({ turnId, characters }: Cursor): string {
  return `${turnId}:${characters}`;
}

/** Reads a cursor. Throws `invalid_request` for what was never one. */
export function decodeCursor(text: string): Cursor {
  const [, turnId, characters] = /^([\w-]{1,64}):(\d{1,9})$/u.exec(text) ?? [];
  if (turnId === undefined) {
    throw new ChatError('invalid_request', 'after: must be the id of an event of a stream');
  }
  return { turnId, characters: Number(characters) };
}

/**
 * An encoding for a reader who has the first `characters` of the answer already: it says nothing
 * of them again. The encoding that goes on is told of them all the same, so that it knows what is
 * open where the reader left off.
 */
export function resumed(encoding: TurnEncoding, characters: number): TurnEncoding {
  let position = 0;
  return {
    ...encoding,
    encode(event) {
      const before = position;
      position += lengthOf(event);
      // How it ends is said in any case: he may have heard more than was kept.
      if (before >= characters || isEnd(event)) return encoding.encode(event);
      if (position <= characters || !isLogEvent(event)) {
        encoding.encode(event);
        return '';
      }
      const [known, rest] = divided(event, characters - before);
      encoding.encode(known);
      return encoding.encode(rest);
    },
  };
}

/**
 * An encoding for a reader who has an answer up to the calls that waited for him: it begins with
 * what came of these.
 */
export function goingOn(encoding: TurnEncoding, decided: readonly string[]): TurnEncoding {
  let isNew = false;
  return {
    ...encoding,
    encode(event) {
      const encoded = encoding.encode(event);
      const block = event.type === 'block' ? event.block : undefined;
      if (block?.type === 'tool-result' && decided.includes(block.toolUseId)) isNew = true;
      const { type } = event;
      const isFrame = type === 'turn-start' || type === 'turn-stop' || type === 'error';
      return isNew || isFrame ? encoded : '';
    },
  };
}

function isEnd({ type }: TurnEvent): boolean {
  return type === 'message-stop' || type === 'turn-stop' || type === 'error';
}
