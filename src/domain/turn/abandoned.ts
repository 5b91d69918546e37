import type { LiveTurn, TurnKey } from '#domain/conversation/turn.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import { logTtlMs } from '#domain/conversation/turn-log.ts';
import type { StoragePorts } from '#domain/turn/turn-request.ts';

/** How long after a function's deadline its process may still be writing. */
export const leaseGraceMs = 15_000;

/** A worker may need this long until it first looks at its log. */
const youngMs = 5_000;

/**
 * How often the log is checked for an answer. A worker looks at its log about once a second, but it
 * may be slow; a turn that is to stop anyway is not worth the wait. Checks are counted, and not
 * time: while the table stalls, no worker can answer.
 */
const maxChecks = { ping: 25, stop: 10 } as const;

const checkMs = 400;

/**
 * Returns whether no process runs a live turn: its lease is over, or its worker does not answer. A
 * worker that was only slow cannot continue unnoticed: a recovery seals the log before it ends a turn.
 */
export async function isAbandoned(
  ports: StoragePorts,
  key: ConversationKey,
  live: LiveTurn,
): Promise<boolean> {
  const nowMs = ports.clock.now();
  if (live.leaseUntilMs <= nowMs) return true;
  if (live.startedAtMs + youngMs > nowMs) return false;
  const turnKey = { ...key, turnId: live.turnId, sequence: live.sequence };
  return !(await isAnswered(ports, turnKey, 'ping'));
}

/** Pings the worker of a turn. Returns whether it answers in time, or the turn ends. */
export async function isAnswered(
  { log, conversations, clock }: StoragePorts,
  key: TurnKey,
  mark: 'ping' | 'stop',
): Promise<boolean> {
  const ping = await log.ping(key, mark, clock.now() + logTtlMs);
  for (let check = 0; check < maxChecks[mark]; check += 1) {
    if (await log.isAnswered(key, ping)) return true;
    if ((await conversations.turn(key)) !== undefined) return true;
    await clock.sleep(checkMs);
  }
  return false;
}
