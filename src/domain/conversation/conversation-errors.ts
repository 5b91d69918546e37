import { ChatError } from '#domain/errors.ts';
import type { LiveTurn } from '#domain/conversation/turn.ts';

export function unknownConversation(): ChatError {
  return new ChatError('not_found', 'There is no such conversation.');
}

export function unknownTurn(): ChatError {
  return new ChatError('not_found', 'There is no such turn.');
}

export function existsAlready(): ChatError {
  return new ChatError('conflict', 'The conversation exists already.');
}

export function keyUsedOtherwise(): ChatError {
  return new ChatError(
    'idempotency_mismatch',
    'Idempotency-Key: was used for another request; choose a new one for each.',
  );
}

export function endedByAnother(): ChatError {
  return new ChatError('conflict', 'The turn was ended by somebody else.');
}

export function turnIsRunning({ turnId }: LiveTurn): ChatError {
  return new ChatError('conflict', 'A turn is running in this conversation.', {
    liveTurnId: turnId,
  });
}
