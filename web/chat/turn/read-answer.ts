import type { Cost } from '#domain/conversation/usage.ts';
import { accumulate, emptyAnswer, type Answer } from '#domain/conversation/accumulate.ts';
import { ChatError } from '#domain/errors.ts';
import type { StreamEvent, TurnEvent } from '#domain/conversation/stream-event.ts';
import { deltaLength } from '#domain/conversation/turn-log.ts';
import { followTurn, startTurn, type StartTurnOptions } from './turn-api.ts';

/** Where an answer comes from: a new turn, or one that is already running. */
export type AnswerSource =
  | ({ readonly type: 'start' } & StartTurnOptions)
  | ({ readonly type: 'follow'; readonly signal: AbortSignal } & TurnIds);

interface TurnIds {
  readonly turnId: string;
  readonly conversationId: string;
}

export interface AnswerListener {
  onStart(turnId: string, conversationId: string): void;
  /** Receives the answer so far. */
  onUpdate(answer: Answer): void;
}

export interface AnswerResult {
  readonly answer: Answer;
  readonly cost?: Cost;
  readonly error?: unknown;
}

/** The shortest time between two updates. */
const updateIntervalMs = 50;

/** Backoff before each reconnection. It starts over whenever text has arrived. */
const backoffMs = [300, 1_000, 2_000, 4_000, 8_000];

/**
 * Reads an answer until it ends or fails. Reconnects when the connection is lost and resumes at the
 * same position, because the turn continues on the server. Never throws.
 */
export async function readAnswer(
  source: AnswerSource,
  listener: AnswerListener,
): Promise<AnswerResult> {
  const reader = new AnswerReader(source, listener);
  for (let attempt = 0; ; attempt += 1) {
    const charactersBefore = reader.characters;
    const result = await reader.read();
    if (result !== 'connection-lost') return result;
    if (reader.characters > charactersBefore) attempt = 0;
    const delayMs = backoffMs[attempt];
    if (delayMs === undefined) return { answer: reader.answer, error: reader.error };
    await new Promise((resolve) => setTimeout(resolve, delayMs));
  }
}

class AnswerReader {
  answer = emptyAnswer;
  /** Why the last connection ended. */
  error: unknown;
  /** How many characters of the answer have been read: the position to resume at. */
  characters = 0;
  readonly #source: AnswerSource;
  readonly #listener: AnswerListener;
  #turn: TurnIds | undefined;
  #updateTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(source: AnswerSource, listener: AnswerListener) {
    this.#source = source;
    this.#listener = listener;
  }

  /** Reads from one connection until the answer or the connection ends. */
  async read(): Promise<AnswerResult | 'connection-lost'> {
    try {
      for await (const event of this.#connect()) {
        if (event.type === 'error') throw event.error;
        if (event.type === 'turn-stop') {
          const { cost } = event;
          return { answer: this.answer, ...(cost === undefined ? {} : { cost }) };
        }
        this.#handle(event);
      }
      return { answer: this.answer };
    } catch (error) {
      this.error = error;
      return this.#isConnectionLost(error) ? 'connection-lost' : { answer: this.answer, error };
    } finally {
      clearTimeout(this.#updateTimer);
      this.#updateTimer = undefined;
    }
  }

  #connect(): AsyncIterable<TurnEvent> {
    const source = this.#source;
    const turn = this.#turn ?? source;
    // Until the turn id is known the request is repeated: its key finds the turn if there is one.
    if ('request' in turn) return startTurn(turn);
    const { turnId, conversationId } = turn;
    return followTurn(conversationId, { turnId, characters: this.characters }, source.signal);
  }

  #handle(event: Exclude<TurnEvent, { type: 'turn-stop' | 'error' }>): void {
    if (event.type === 'turn-start') {
      const { turnId, conversationId = '' } = event;
      this.#turn ??= { turnId, conversationId };
      this.#listener.onStart(turnId, conversationId);
      return;
    }
    this.characters += deltaLength(event);
    this.#add(event);
  }

  #add(event: StreamEvent): void {
    this.answer = accumulate(this.answer, event);
    // The timer also shows the last text before a pause of the model.
    this.#updateTimer ??= setTimeout(() => {
      this.#updateTimer = undefined;
      this.#listener.onUpdate(this.answer);
    }, updateIntervalMs);
  }

  /** Whether to reconnect. A `ChatError` says how the turn ended, unless it is transient. */
  #isConnectionLost(error: unknown): boolean {
    if (this.#source.signal.aborted) return false;
    return !(error instanceof ChatError) || error.isTransient;
  }
}
