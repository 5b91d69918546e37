import type { Cost } from '#domain/conversation/usage.ts';
import { accumulate, emptyAnswer, type Answer } from '#domain/conversation/accumulate.ts';
import { ChatError } from '#domain/errors.ts';
import type { StreamEvent, TurnEvent } from '#domain/conversation/stream-event.ts';
import type { CallPlaces } from '#protocol/turn/decode-ui-stream.ts';
import { deltaLength } from '#domain/conversation/turn-log.ts';
import { createPacedUpdates } from './paced-updates.ts';
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
  /** Receives the id of the model that answers. */
  onModel(modelId: string): void;
  /** Receives each event when it arrives. */
  onEvent(event: TurnEvent): void;
  /** Receives the answer so far. */
  onUpdate(answer: Answer): void;
  /** Called when the connection is lost, and when it is there again. */
  onConnection(isLost: boolean): void;
}

export interface AnswerResult {
  readonly answer: Answer;
  readonly cost?: Cost;
  readonly error?: unknown;
  /** Whether the stream said how the answer ended. If not, only the stored turn has the truth. */
  readonly isKnown: boolean;
  /** The turn, once the server has accepted it. */
  readonly started: TurnIds | undefined;
}

/** Backoff before each reconnection. It starts over whenever text has arrived. */
const backoffMs = [300, 1_000, 2_000, 4_000, 8_000];

/**
 * Reads an answer until it ends or fails. Reconnects for as long as the connection is lost, and
 * resumes at the same position, because the turn continues on the server. Never throws.
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
    await untilRetry(backoffMs[Math.min(attempt, backoffMs.length - 1)] ?? 0, source.signal);
  }
}

/** Resolves after a delay, or sooner: when the network is back, the page is seen, or on abort. */
async function untilRetry(delayMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, delayMs);
  const onVisible = (): void => {
    if (document.visibilityState === 'visible') resolve();
  };
  window.addEventListener('online', () => resolve(), { once: true, signal });
  document.addEventListener('visibilitychange', onVisible, { signal });
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
  document.removeEventListener('visibilitychange', onVisible);
}

class AnswerReader {
  answer = emptyAnswer;
  /** How many characters of the answer have been read: the position to resume at. */
  characters = 0;
  readonly #source: AnswerSource;
  readonly #listener: AnswerListener;
  readonly #places: CallPlaces = new Map();
  #turn: TurnIds | undefined;
  #refusals = 0;
  #isLost = false;
  readonly #updates = createPacedUpdates(() => this.#listener.onUpdate(this.answer));

  constructor(source: AnswerSource, listener: AnswerListener) {
    this.#source = source;
    this.#listener = listener;
  }

  /** Reads from one connection until the answer or the connection ends. */
  async read(): Promise<AnswerResult | 'connection-lost'> {
    const source = this.#turn ?? this.#source;
    try {
      for await (const event of this.#connect(source)) {
        this.#setLost(false);
        this.#listener.onEvent(event);
        if (event.type === 'error') return this.#end({ error: event.error, isKnown: true });
        if (event.type === 'turn-stop') {
          const { cost } = event;
          return this.#end({ isKnown: true, ...(cost === undefined ? {} : { cost }) });
        }
        this.#handle(event);
      }
      return this.#end({ isKnown: true });
    } catch (error) {
      if (this.#isConnectionLost(error, 'request' in source)) {
        this.#setLost(true);
        return 'connection-lost';
      }
      return this.#end({ error, isKnown: false });
    } finally {
      this.#updates.cancel();
    }
  }

  #end(result: Omit<AnswerResult, 'answer' | 'started'>): AnswerResult {
    return { answer: this.answer, started: this.#turn, ...result };
  }

  #setLost(isLost: boolean): void {
    if (isLost !== this.#isLost) this.#listener.onConnection(isLost);
    this.#isLost = isLost;
  }

  #connect(turn: AnswerSource | TurnIds): AsyncIterable<TurnEvent> {
    // Until the turn id is known the request is repeated: its key finds the turn if there is one.
    if ('request' in turn) return startTurn(turn, this.#places);
    const { turnId, conversationId } = turn;
    const position = { turnId, characters: this.characters };
    return followTurn(conversationId, position, this.#source.signal, this.#places);
  }

  #handle(event: Exclude<TurnEvent, { type: 'turn-stop' | 'error' }>): void {
    if ('modelId' in event && event.modelId !== '') this.#listener.onModel(event.modelId);
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
    this.#updates.request();
  }

  /**
   * Whether to reconnect. A server that refuses to continue an answer for now says nothing about
   * the answer, but one that refuses to start it does.
   */
  #isConnectionLost(error: unknown, isStart: boolean): boolean {
    if (this.#source.signal.aborted) return false;
    // What `fetch` and its body throw when the network fails.
    if (error instanceof TypeError || error instanceof DOMException) return true;
    if (!(error instanceof ChatError)) return false;
    if (error.isTransient) return true;
    this.#refusals += 1;
    return !isStart && error.retryable && this.#refusals <= maxRefusals;
  }
}

/** How often a server may refuse to continue an answer before the stored turn is read instead. */
const maxRefusals = 10;
