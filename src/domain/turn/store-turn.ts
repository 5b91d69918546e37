import { turnSpending } from '#domain/spending/pricing.ts';
import { ChatError, toChatError } from '#domain/errors.ts';
import type { OpenTurn, TurnPorts } from '#domain/turn/open-turn.ts';
import type { Turn } from '#domain/conversation/turn.ts';

/** Storing is tried again after these waits, the last one as often as there is time. */
const waitsMs = { first: 100, max: 1_000, inAllMs: 20_000, beforeEndMs: 1_000 };

/**
 * Keeps how a turn ended, through a short absence of what keeps it. A failure is returned, for the
 * reader has to hear of it: the turn is recovered from its log later.
 */
export async function storeTurn(
  ports: TurnPorts,
  opened: OpenTurn,
  turn: Turn,
): Promise<ChatError | undefined> {
  const { key } = opened;
  if (key === undefined) return undefined;
  const failure = await persist(ports, opened, () => ports.conversations.finish(key, turn));
  if (failure === undefined) return undefined;
  const error = toChatError(failure.cause);
  return error.code === 'conflict' ? error : unstored(error);
}

/** Keeps what a turn took. Where that cannot be done, what was set aside stays so. */
export async function settleTurn(ports: TurnPorts, opened: OpenTurn, turn: Turn): Promise<void> {
  const { ledger, prices } = ports;
  const spent = turnSpending(prices, opened.modelRequest, turn);
  await persist(ports, opened, () => ledger.settle(opened.reservation, spent));
}

interface Failure {
  readonly cause: unknown;
}

async function persist(
  { clock }: TurnPorts,
  { endsAtMs }: OpenTurn,
  store: () => Promise<void>,
): Promise<Failure | undefined> {
  const untilMs = Math.min(clock.now() + waitsMs.inAllMs, endsAtMs - waitsMs.beforeEndMs);
  for (let waitMs = waitsMs.first; ; waitMs = Math.min(2 * waitMs, waitsMs.max)) {
    try {
      await store();
      return undefined;
    } catch (error) {
      const isFinal = toChatError(error).code === 'conflict';
      if (isFinal || clock.now() + waitMs > untilMs) return { cause: error };
    }
    await clock.sleep(waitMs);
  }
}

function unstored(cause: ChatError): ChatError {
  return new ChatError('internal', 'The answer could not be stored.', { cause });
}
