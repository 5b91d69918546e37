import { turnAlreadyEnded } from '#domain/conversation/conversation-errors.ts';
import type { LogEntry, TurnLog } from '#domain/conversation/turn-log.ts';
import type { TurnKey } from '#domain/conversation/turn.ts';

interface Log {
  readonly entries: LogEntry[];
  stopRequested: boolean;
  isSealed: boolean;
}

/** Turn logs in memory, with the same behaviour as the ones in DynamoDB. */
export function createMemoryTurnLog(): TurnLog {
  const logs = new Map<string, Log>();
  const open = ({ owner, conversationId, turnId }: TurnKey): Log => {
    const id = JSON.stringify([owner, conversationId, turnId]);
    const log = logs.get(id) ?? { entries: [], stopRequested: false, isSealed: false };
    logs.set(id, log);
    return log;
  };
  return {
    async append(key, { slot, events }) {
      const log = open(key);
      if (log.isSealed) throw turnAlreadyEnded();
      log.entries[slot - 1] ??= { slot, events };
      return { stopRequested: log.stopRequested };
    },
    async marks(key) {
      const { isSealed, stopRequested } = open(key);
      if (isSealed) throw turnAlreadyEnded();
      return { stopRequested };
    },
    async requestStop(key) {
      open(key).stopRequested = true;
    },
    async read(key, afterSlot) {
      return open(key).entries.slice(afterSlot);
    },
    async seal(key) {
      const log = open(key);
      log.isSealed = true;
      return [...log.entries];
    },
  };
}
