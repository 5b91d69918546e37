import type { Clock } from '#domain/clock.ts';
import type { Prices } from '#domain/cost.ts';
import { estimateTokens } from '#domain/estimate-tokens.ts';
import type { NativeEvent, NativeModel, NativeRequest } from '#domain/native-model.ts';
import { mostOf, releaseTurn, spentOn } from '#domain/reserve-turn.ts';
import type { Ledger, Reservation } from '#domain/spending.ts';
import { estimated, type Usage } from '#domain/usage.ts';

export interface InvokePorts {
  readonly model: NativeModel;
  readonly ledger: Ledger;
  readonly prices: Prices;
  readonly clock: Clock;
}

export interface Invoking {
  readonly owner: string;
  /** What the use of the model is known by in the ledger. */
  readonly id: string;
  readonly request: NativeRequest;
  readonly signal: AbortSignal;
}

/** What a model says of its own accord when nobody limits it. */
const outputWithoutLimit = 8_192;

/**
 * The text of a model that is asked in its own words, at its owner's expense. Throws a `ChatError`
 * before or amid it, `quota_exceeded` before the model is asked.
 */
export async function* streamInvoked(
  ports: InvokePorts,
  invoking: Invoking,
): AsyncGenerator<NativeEvent, void, undefined> {
  const { request, signal } = invoking;
  const reservation = reservationOf(ports, invoking);
  await ports.ledger.reserve(reservation);
  const progress: Progress = { hasSpoken: false };
  try {
    for await (const event of ports.model.stream(request, signal)) {
      progress.hasSpoken = true;
      if (event.type === 'end') progress.usage = event.usage;
      yield event;
    }
  } finally {
    await settle(ports, { ...invoking, reservation, progress });
  }
}

/** The whole answer of a model that is asked in its own words, at its owner's expense. */
export async function invokeWhole(ports: InvokePorts, invoking: Invoking): Promise<string> {
  const { request, signal } = invoking;
  const reservation = reservationOf(ports, invoking);
  await ports.ledger.reserve(reservation);
  const progress: Progress = { hasSpoken: false };
  try {
    const { body, usage } = await ports.model.invoke(request, signal);
    Object.assign(progress, { hasSpoken: true, usage });
    return body;
  } finally {
    await settle(ports, { ...invoking, reservation, progress });
  }
}

interface Progress {
  hasSpoken: boolean;
  usage?: Usage | undefined;
}

function reservationOf(
  { model, prices, clock }: InvokePorts,
  { owner, id, request }: Invoking,
): Reservation {
  const input = estimateTokens(JSON.stringify(request.body));
  const output = model.outputLimit(request.body) ?? outputWithoutLimit;
  const most = mostOf(prices, [request.modelId], estimated(input, output));
  return { owner, turnId: id, atMs: clock.now(), most };
}

interface Settling extends Invoking {
  readonly reservation: Reservation;
  readonly progress: Progress;
}

/** A failure leaves set aside what it can have cost at most; so does an answer that broke off. */
async function settle(
  { ledger, prices }: InvokePorts,
  { request, reservation, progress: { hasSpoken, usage } }: Settling,
): Promise<void> {
  if (!hasSpoken) await releaseTurn({ ledger }, reservation);
  if (usage === undefined) return;
  const spent = spentOn(prices, request.modelId, usage);
  await ledger.settle(reservation, spent).catch(() => undefined);
}
