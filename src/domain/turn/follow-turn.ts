import { accumulate, emptyAnswer, type Answer } from '#domain/conversation/accumulate.ts';
import { unknownTurn } from '#domain/conversation/conversation-errors.ts';
import { replayBlock } from '#domain/conversation/replay-block.ts';
import type { StreamEvent, TurnEvent } from '#domain/conversation/stream-event.ts';
import type { LogEvent } from '#domain/conversation/turn-log.ts';
import type { LiveTurn, Turn, TurnKey } from '#domain/conversation/turn.ts';
import { ChatError } from '#domain/errors.ts';
import { findConversation } from '#domain/turn/recover-turn.ts';
import type { StoragePorts } from '#domain/turn/turn-request.ts';

/** How often the log is read: often at first, because a returning reader has already waited. */
const pollMs = { early: 250, late: 500, lateFromMs: 5_000 };

/** After this time without new entries, looks whether anybody runs the turn. */
const quietMs = 5_000;

export interface FollowRequest {
  readonly key: TurnKey;
  /** The turn, if the caller has just read it. */
  readonly turn?: LiveTurn | Turn | undefined;
  /** Whether to leave out the conversation's id, because the reader cannot open it. */
  readonly isHidden?: boolean | undefined;
  /** Ends the reading, not the turn. */
  readonly signal: AbortSignal;
}

/**
 * Emits a turn from its beginning, in whatever process it runs: its log so far, what is added to it
 * later, and its end. Ends with one `turn-stop` or `error`, like the turn itself; also with `error` when the
 * signal is aborted. Throws `not_found`.
 */
export async function* followTurn(
  ports: StoragePorts,
  request: FollowRequest,
): AsyncGenerator<TurnEvent, void, undefined> {
  const { conversationId, turnId } = request.key;
  const turn = request.turn ?? (await readTurn(ports, request.key));
  const start = { type: 'turn-start', turnId, modelId: turn.modelId } as const;
  yield request.isHidden === true ? start : { ...start, conversationId };
  yield { type: 'message-start' };
  let answer = emptyAnswer;
  for await (const next of readLive(ports, request, turn)) {
    if ('state' in next) {
      yield* remainingEvents(next, answer);
      return;
    }
    yield* closeCall(next, answer);
    answer = accumulate(answer, next);
    yield next;
  }
  const message = 'The turn is still running. Send a new request to read the rest.';
  yield { type: 'error', error: new ChatError('timed_out', message) };
}

/** The log does not record where a tool call ends; its result or approval request shows it. */
function* closeCall(event: LogEvent, { content, indexes }: Answer): Generator<StreamEvent> {
  if (event.type !== 'block') return;
  const { block } = event;
  if (block.type !== 'tool-result' && block.type !== 'approval') return;
  const position = content.findIndex(
    (other) => other.type === 'tool-use' && other.toolUseId === block.toolUseId,
  );
  const index = indexes[position];
  if (index !== undefined) yield { type: 'block-stop', index };
}

async function readTurn({ conversations }: StoragePorts, key: TurnKey): Promise<Turn | LiveTurn> {
  const [conversation, ended] = await Promise.all([
    conversations.find(key),
    conversations.turn(key),
  ]);
  const turn = ended ?? conversation?.liveTurn;
  if (turn?.turnId !== key.turnId) throw unknownTurn();
  return turn;
}

/** Emits what is added to the log, and finally the turn as it was stored. */
async function* readLive(
  ports: StoragePorts,
  { key, signal }: FollowRequest,
  begun: LiveTurn | Turn,
): AsyncGenerator<LogEvent | Turn, void, undefined> {
  const { conversations, log, clock } = ports;
  if ('state' in begun) {
    yield begun;
    return;
  }
  const lateAtMs = clock.now() + pollMs.lateFromMs;
  let slot = 0;
  let quietSinceMs = clock.now();
  while (!signal.aborted) {
    // The end is read first: the stored answer has everything that the log may lack.
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
    const isQuiet = entries.length === 0 && quietSinceMs + quietMs <= clock.now();
    if (isQuiet || begun.leaseUntilMs <= clock.now()) await recover(ports, key);
    if (isQuiet || entries.length > 0) quietSinceMs = clock.now();
    await clock.sleep(clock.now() < lateAtMs ? pollMs.early : pollMs.late, signal);
  }
}

async function recover(ports: StoragePorts, key: TurnKey): Promise<void> {
  const conversation = await findConversation(ports, key);
  if (conversation === undefined) throw unknownTurn();
}

/** Returns the events of a stored turn that follow the part already emitted, and its end. */
export function* remainingEvents(
  turn: Turn,
  emitted: Answer,
): Generator<TurnEvent, void, undefined> {
  for (const [index, block] of turn.answer.content.entries()) {
    yield* replayBlock(block, index, emitted.content[index]);
  }
  const { stopReason, usage } = turn;
  if (stopReason !== undefined) yield { type: 'message-stop', stopReason };
  if (usage !== undefined) yield { type: 'usage', usage };
  yield toFinalEvent(turn);
}

/** Returns the last event of a turn that has ended. */
export function toFinalEvent(turn: Turn): TurnEvent {
  const { state, stopReason, usage, cost, errorCode, errorMessage } = turn;
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
      return { type: 'error', error: new ChatError(code, errorMessage ?? failureMessages[state]) };
    }
  }
}

const failureMessages = {
  failed: 'The answer ended with an error.',
  timed_out: 'The answer took too long.',
  interrupted: 'The answer was interrupted.',
} as const;
