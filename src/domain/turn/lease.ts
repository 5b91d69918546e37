import type { Clock } from '#domain/clock.ts';
import type { LiveTurn } from '#domain/conversation/turn.ts';

/** How long after a function's deadline its process may still be writing. */
export const leaseGraceMs = 15_000;

/** Returns whether the lease of a live turn is over, so that no process can be running it. */
export function isAbandoned({ leaseUntilMs }: LiveTurn, clock: Clock): boolean {
  return leaseUntilMs <= clock.now();
}
