import type { Ledger } from '#domain/spending/ledger.ts';
import { logInfo } from '#api/log/log.ts';

/** Returns a ledger that logs what a document cost when it is settled, and counts it. */
export function loggedLedger(ledger: Ledger, model: string): Ledger {
  return {
    ...ledger,
    async settle(reservation, spent) {
      await ledger.settle(reservation, spent);
      logInfo('document paid', { model }, { CostUsd: spent.nanoUsd / 1e9 });
    },
  };
}
