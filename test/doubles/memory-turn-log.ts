import { turnAlreadyEnded } from '#domain/conversation/conversation-errors.ts';
import type { LogEntry, TurnLog } from '#domain/conversation/turn-log.ts';
import type { TurnKey } from '#domain/conversation/turn.ts';

interface Log {
  readonly entries: LogEntry[];
  pings: number;
  answered: number;
  stopRequested: boolean;
  isSealed: boolean;
}

/** Turn logs in memory, with the same behaviour as the ones in DynamoDB. */
export function createMemoryTurnLog(): TurnLog {
  const logs = new Map<string, Log>();
  const open = ({ owner, conversationId, turnId }: TurnKey): Log => {
    const id = JSON.stringify([owner, conversationId, turnId]);
    const log = logs.get(id) ?? {
      entries: [],
      pings: 0,
      answered: 0,
      stopRequested: false,
      isSealed: false,
    };
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
      const log = open(key);
      if (log.isSealed) throw turnAlreadyEnded();
      log.answered = log.pings;
      return { stopRequested: log.stopRequested };
    },
    async ping(key, mark) {
      const log = open(key);
      log.pings += 1;
      if (mark === 'stop') log.stopRequested = true;
      return { slot: log.entries.length + 1, number: log.pings };
    },
    async isAnswered(key, { slot, number }) {
      const { entries, answered } = open(key);
      return entries.length >= slot || answered >= number;
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
