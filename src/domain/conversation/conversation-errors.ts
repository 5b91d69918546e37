import { ChatError } from '#domain/errors.ts';
import type { LiveTurn } from '#domain/conversation/turn.ts';

/** Returns the error for a conversation that does not exist. */
export function unknownConversation(): ChatError {
  return new ChatError('not_found', 'There is no such conversation.');
}

/** Returns the error for a turn that does not exist. */
export function unknownTurn(): ChatError {
  return new ChatError('not_found', 'There is no such turn.');
}

/** Returns the error for a new conversation whose id is taken. */
export function conversationExists(): ChatError {
  return new ChatError('conflict', 'The conversation already exists.');
}

/** Returns the error for an idempotency key that belongs to a different request. */
export function idempotencyKeyReused(): ChatError {
  return new ChatError(
    'idempotency_mismatch',
    'Idempotency-Key: was used for another request; use a new key for each request.',
  );
}

/** Returns the error for a turn that another worker has ended. */
export function turnAlreadyEnded(): ChatError {
  return new ChatError('conflict', 'The turn was ended by another worker.');
}

/** Returns the error for a conversation with a live turn, which it names. */
export function turnIsRunning({ turnId }: LiveTurn): ChatError {
  return new ChatError('conflict', 'A turn is running in this conversation.', {
    liveTurnId: turnId,
  });
}
