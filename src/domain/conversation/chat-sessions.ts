import type { Message } from '#domain/conversation/message.ts';

/** Stores the messages of sessions in a format that other programs read, too. */
export interface ChatSessions {
  /**
   * Returns the messages of a session, oldest first; none if the session is new. Throws `not_found`
   * if it belongs to another owner.
   */
  read(owner: string, sessionId: string): Promise<readonly Message[]>;
  /** Adds messages at the end. Throws `not_found` if the session belongs to another owner. */
  append(owner: string, sessionId: string, messages: readonly Message[]): Promise<void>;
}
