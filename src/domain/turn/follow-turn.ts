import { accumulate, emptyAnswer, type Answer } from '#domain/conversation/accumulate.ts';
import { unknownTurn } from '#domain/conversation/conversation-errors.ts';
import { ChatError } from '#domain/errors.ts';
import { replayBlock } from '#domain/conversation/replay-block.ts';
import { findConversation, type StoragePorts } from '#domain/turn/recover-turn.ts';
import type { StreamEvent, TurnEvent } from '#domain/conversation/stream-event.ts';
import type { LogEvent } from '#domain/conversation/turn-log.ts';
import type { LiveTurn, Turn, TurnKey } from '#domain/conversation/turn.ts';

/** How often the log is looked at: at first often, as whoever comes back has waited already. */
const pollMs = { early: 250, late: 500, lateFromMs: 5_000 };

export interface FollowRequest {
  readonly key: TurnKey;
  /** Whether the conversation is none that the reader knows of. */
  readonly isHidden?: boolean | undefined;
  /** Ends the reading, and not the turn. */
  readonly signal: AbortSignal;
}

/**
 * Tells a turn from its beginning, whoever runs it: what its log has, what is added while it runs,
 * and how it ended. Ends like the turn itself with one of `turn-stop` and `error`; the latter also
 * when the signal is aborted. Throws `not_found` for a turn that is not there.
 */
export async function* followTurn(
  ports: StoragePorts,
  request: FollowRequest,
): AsyncGenerator<TurnEvent, void, undefined> {
  const { conversationId, turnId } = request.key;
  const begun = await readBegun(ports, request.key);
  const start = { type: 'turn-start', turnId, modelId: begun.modelId } as const;
  yield request.isHidden === true ? start : { ...start, conversationId };
  yield { type: 'message-start' };
  let answer = emptyAnswer;
  for await (const found of readLive(ports, request)) {
    if ('state' in found) {
      yield* restOf(found, answer);
      return;
    }
    yield* closingCall(found, answer);
    answer = accumulate(answer, found);
    yield found;
  }
  const error = new ChatError('timed_out', 'The turn goes on; read the rest with a new request.');
  yield { type: 'error', error };
}

/** The log does not say where a call ends; what came of it, or waits for it, does. */
function* closingCall(event: LogEvent, { content, indexes }: Answer): Generator<StreamEvent> {
  if (event.type !== 'block') return;
  const { block } = event;
  if (block.type !== 'tool-result' && block.type !== 'approval') return;
  const at = content.findIndex(
    (known) => known.type === 'tool-use' && known.toolUseId === block.toolUseId,
  );
  const index = indexes[at];
  if (index !== undefined) yield { type: 'block-stop', index };
}

async function readBegun({ conversations }: StoragePorts, key: TurnKey): Promise<Turn | LiveTurn> {
  const [conversation, turn] = await Promise.all([
    conversations.find(key),
    conversations.turn(key),
  ]);
  const begun = turn ?? conversation?.liveTurn;
  if (begun?.turnId !== key.turnId) throw unknownTurn();
  return begun;
}

/** What is added to the log, and at last the turn as it was stored. */
async function* readLive(
  ports: StoragePorts,
  { key, signal }: FollowRequest,
): AsyncGenerator<LogEvent | Turn, void, undefined> {
  const { conversations, log, clock } = ports;
  const lateAtMs = clock.now() + pollMs.lateFromMs;
  let slot = 0;
  while (!signal.aborted) {
    // The end first: what was not logged before it, the stored answer has.
    const ended = await conversations.turn(key);
    if (ended !== undefined) {
      yield ended;
      return;
    }
    const entries = await log.read(key, slot);
    for (const entry of entries) {
      slot = entry.slot;
      yield* entry.events;
    }
    if (entries.length === 0) await recoverAbandoned(ports, key);
    await clock.sleep(clock.now() < lateAtMs ? pollMs.early : pollMs.late, signal);
  }
}

async function recoverAbandoned(ports: StoragePorts, key: TurnKey): Promise<void> {
  const conversation = await findConversation(ports, key);
  if (conversation === undefined) throw unknownTurn();
}

/** What a stored turn has beyond the answer as far as it was told, and how it ended. */
export function* restOf(turn: Turn, told: Answer): Generator<TurnEvent, void, undefined> {
  for (const [index, block] of turn.answer.content.entries()) {
    yield* replayBlock(block, { index, told: told.content[index] });
  }
  const { stopReason, usage } = turn;
  if (stopReason !== undefined) yield { type: 'message-stop', stopReason };
  if (usage !== undefined) yield { type: 'usage', usage };
  yield endOf(turn);
}

/** The last event of a turn that has ended. */
export function endOf({ state, stopReason, usage, cost, errorCode }: Turn): TurnEvent {
  switch (state) {
    case 'complete':
    case 'stopped':
      return {
        type: 'turn-stop',
        stopReason: stopReason ?? 'end_turn',
        ...(usage === undefined ? {} : { usage }),
        ...(cost === undefined ? {} : { cost }),
      };
    case 'failed':
    case 'timed_out':
    case 'interrupted': {
      const code = errorCode ?? (state === 'timed_out' ? 'timed_out' : 'internal');
      return { type: 'error', error: new ChatError(code, endings[state]) };
    }
  }
}

const endings = {
  failed: 'The answer broke off because of a fault.',
  timed_out: 'The time for this answer was up.',
  interrupted: 'The answer was interrupted.',
} as const;
