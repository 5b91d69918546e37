import type { Clock } from '#domain/clock.ts';
import type { Attachments } from '#domain/conversation/attachment.ts';
import type {
  BoundKey,
  ConversationMode,
  Conversations,
  Idempotency,
} from '#domain/conversation/conversations.ts';
import type { ModelReason, TurnEvent } from '#domain/conversation/stream-event.ts';
import type { Turn } from '#domain/conversation/turn.ts';
import type { TurnLog } from '#domain/conversation/turn-log.ts';
import type { ChatError } from '#domain/errors.ts';
import type { CallObserver, Model, ModelExtensions, ModelOptions } from '#domain/model/model.ts';
import type { Ledger, Reservations } from '#domain/spending/ledger.ts';
import type { Prices } from '#domain/spending/prices.ts';
import { observeCall } from '#domain/operation/observe.ts';
import type { OperationListener, TableWrite } from '#domain/operation/operation.ts';
import type { TurnInput } from '#domain/turn/question.ts';

/** Where conversations, the logs of live turns and their reservations are stored. */
export interface StoragePorts {
  readonly conversations: Conversations;
  readonly log: TurnLog;
  readonly reservations: Reservations;
  readonly clock: Clock;
}

/** Everything that running a turn needs. */
export interface TurnPorts extends StoragePorts {
  readonly model: Model;
  readonly attachments: Attachments;
  readonly ledger: Ledger;
  readonly prices: Prices;
}

/** Is informed of a turn while it runs, at the turn's own pace. Its functions never throw. */
export interface TurnObserver extends CallObserver {
  /** Called with each event before it is emitted. */
  onEvent(event: TurnEvent): void;
  /** Called with the turn as it is about to be stored; not if an earlier turn is repeated. */
  onEnd(turn: Turn): void;
  /** Called with what a call beside the answer cost. The turn's own cost does not include it. */
  onExtraCall(call: ExtraCallCost): void;
  /** Called with the error that kept the turn from beginning, in place of all events. */
  onRefusal(error: ChatError): void;
}

/** What a model is asked for beside an answer. */
export type ExtraCallPurpose = 'summary' | 'title';

/** What such a call cost. */
export interface ExtraCallCost {
  readonly purpose: ExtraCallPurpose;
  readonly modelId: string;
  readonly nanoUsd: number;
}

/** Returns the ports of a turn, whose writes the listener is informed of if it wants to be. */
export function observeWrites(ports: TurnPorts, listener: OperationListener = {}): TurnPorts {
  if (listener.onOperation === undefined) return ports;
  const { conversations, log, ledger } = ports;
  const observed =
    <Args extends readonly unknown[], Result>(
      write: TableWrite,
      run: (...args: Args) => Promise<Result>,
    ) =>
    (...args: Args): Promise<Result> =>
      observeCall(listener, { type: 'table-write', write }, () => run(...args));
  return {
    ...ports,
    conversations: {
      ...conversations,
      begin: observed('begin', (beginning) => conversations.begin(beginning)),
      finish: observed('finish', (key, turn) => conversations.finish(key, turn)),
      summarize: observed('summarize', (key, summary) => conversations.summarize(key, summary)),
      retitle: observed('retitle', (key, titles) => conversations.retitle(key, titles)),
    },
    log: { ...log, append: observed('append', (key, entry) => log.append(key, entry)) },
    ledger: {
      ...ledger,
      reserve: observed('reserve', (reservation) => ledger.reserve(reservation)),
      settle: observed('settle', (reservation, spent) => ledger.settle(reservation, spent)),
    },
  };
}

/** A turn to run, already checked against the policy (`planTurn`). */
export interface TurnRequest {
  readonly owner: string;
  readonly turnId: string;
  /** Absent for a one-shot prompt, which is not stored. */
  readonly conversation?: ConversationTarget | undefined;
  readonly input: TurnInput;
  readonly modelId: string;
  /** Why this model was chosen, if the request left the choice open. */
  readonly modelReason?: ModelReason | undefined;
  /** The models that may answer in its place. */
  readonly fallbackIds?: readonly string[] | undefined;
  /** Which model makes the title of a new conversation; absent if its first words remain. */
  readonly titleModel?: TitleModel | undefined;
  /** Passed to the model unchanged. */
  readonly options: ModelOptions;
  readonly extensions: ModelExtensions;
  readonly idempotency?: Idempotency | undefined;
  /** The key of the caller, if `idempotency` has that of the cache. */
  readonly boundKey?: BoundKey | undefined;
  /** The approximate maximum of earlier messages shown to the model, in tokens. */
  readonly maxHistoryTokens: number;
  /** Aborted when the turn must end. Its reason is a `ChatError` that says why. */
  readonly signal: AbortSignal;
  /** When the process that runs the turn is ended, in milliseconds since 1970. */
  readonly endsAtMs: number;
  readonly observer?: TurnObserver | undefined;
}

/** A model that makes titles, and the models that may answer in its place. */
export interface TitleModel {
  readonly modelId: string;
  readonly fallbackIds: readonly string[];
}

/** The conversation that a turn belongs to. */
export interface ConversationTarget {
  readonly conversationId: string;
  readonly mode: ConversationMode;
  /** Only for a one-shot prompt, which is stored for a time so that it is not paid for twice. */
  readonly expiresAtMs?: number | undefined;
}
