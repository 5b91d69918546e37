import type { Turn } from '#domain/conversation/turn.ts';
import { ChatError, isConflict, toChatError } from '#domain/errors.ts';
import { turnSpending } from '#domain/spending/pricing.ts';
import type { OpenTurn } from '#domain/turn/open-turn.ts';
import type { TurnPorts } from '#domain/turn/turn-request.ts';

/** The delay between attempts doubles up to `max`; attempts end after `total`. */
const delayMs = { first: 100, max: 1_000, total: 20_000, beforeEnd: 1_000 };

/**
 * Stores how a turn ended, and retries while the table is briefly unavailable. Returns the error
 * if that fails, because the reader must know: the turn is recovered from its log later.
 */
export async function storeTurn(
  ports: TurnPorts,
  opened: OpenTurn,
  turn: Turn,
): Promise<ChatError | undefined> {
  const { key } = opened;
  if (key === undefined) return undefined;
  const failure = await retryUntilDeadline(ports, opened, () =>
    ports.conversations.finish(key, turn),
  );
  if (failure === undefined) return undefined;
  const error = toChatError(failure.cause);
  return error.code === 'conflict' ? error : notStored(error);
}

/** Records what a turn spent. If that fails, the reservation stays in the ledger. */
export async function settleTurn(ports: TurnPorts, opened: OpenTurn, turn: Turn): Promise<void> {
  const { ledger, prices } = ports;
  const spent = turnSpending(prices, opened.modelRequest, turn);
  await retryUntilDeadline(ports, opened, () => ledger.settle(opened.reservation, spent));
}

interface Failure {
  readonly cause: unknown;
}

async function retryUntilDeadline(
  { clock }: TurnPorts,
  { endsAtMs }: OpenTurn,
  write: () => Promise<void>,
): Promise<Failure | undefined> {
  const untilMs = Math.min(clock.now() + delayMs.total, endsAtMs - delayMs.beforeEnd);
  for (let waitMs = delayMs.first; ; waitMs = Math.min(2 * waitMs, delayMs.max)) {
    try {
      await write();
      return undefined;
    } catch (error) {
      if (isConflict(error) || clock.now() + waitMs > untilMs) return { cause: error };
    }
    await clock.sleep(waitMs);
  }
}

function notStored(cause: ChatError): ChatError {
  return new ChatError('internal', 'The answer could not be stored.', { cause });
}
