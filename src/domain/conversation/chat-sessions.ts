import type { Message } from '#domain/conversation/message.ts';

/** Where a session's messages are kept, in a form that others read, too. */
export interface ChatSessions {
  /** A session's messages, oldest first; none for a new one. Throws `not_found` for another's. */
  read(owner: string, sessionId: string): Promise<readonly Message[]>;
  /** Adds messages at the end. Throws `not_found` for another's session. */
  append(owner: string, sessionId: string, messages: readonly Message[]): Promise<void>;
}
