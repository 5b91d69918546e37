import type { Cost } from '#domain/conversation/usage.ts';
import { accumulate, emptyAnswer, type Answer } from '#domain/conversation/accumulate.ts';
import { ChatError } from '#domain/errors.ts';
import type { StreamEvent, TurnEvent } from '#domain/conversation/stream-event.ts';
import { deltaLength } from '#domain/conversation/turn-log.ts';
import { ask, follow, type Question } from './turn-api.ts';

/** An answer to a new question, or the one that is being written to an earlier one. */
export type Source =
  | ({ readonly type: 'ask' } & Question)
  | ({ readonly type: 'follow'; readonly signal: AbortSignal } & Place);

interface Place {
  readonly turnId: string;
  readonly conversationId: string;
}

export interface AnswerListener {
  /** The turn has begun. */
  begun(turnId: string, conversationId: string): void;
  /** The answer as far as it has come. */
  draw(answer: Answer): void;
}

export interface AnswerEnd {
  readonly answer: Answer;
  readonly cost?: Cost;
  readonly error?: unknown;
}

/** A growing answer is drawn as often as this. */
const drawEveryMs = 50;

/** A connection that was lost is made again after these waits, which begin anew with every word. */
const waitsMs = [300, 1_000, 2_000, 4_000, 8_000];

/**
 * Reads an answer to its end, whichever that is. Where the connection is lost it goes on where it
 * was, for the turn goes on, too. Never throws.
 */
export async function readAnswer(source: Source, listener: AnswerListener): Promise<AnswerEnd> {
  const reading = new Reading(source, listener);
  for (let lost = 0; ; lost += 1) {
    const before = reading.characters;
    const end = await reading.attempt();
    if (end !== 'lost') return end;
    if (reading.characters > before) lost = 0;
    const waitMs = waitsMs[lost];
    if (waitMs === undefined) return { answer: reading.answer, error: reading.failure };
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

class Reading {
  answer = emptyAnswer;
  failure: unknown;
  /** How much of the answer was read. */
  characters = 0;
  readonly #source: Source;
  readonly #listener: AnswerListener;
  #turn: Place | undefined;
  #drawing: ReturnType<typeof setTimeout> | undefined;

  constructor(source: Source, listener: AnswerListener) {
    this.#source = source;
    this.#listener = listener;
  }

  /** Reads as far as the connection lasts. */
  async attempt(): Promise<AnswerEnd | 'lost'> {
    try {
      for await (const event of this.#open()) {
        if (event.type === 'error') throw event.error;
        if (event.type === 'turn-stop') {
          const { cost } = event;
          return { answer: this.answer, ...(cost === undefined ? {} : { cost }) };
        }
        this.#take(event);
      }
      return { answer: this.answer };
    } catch (error) {
      this.failure = error;
      return this.#isLost(error) ? 'lost' : { answer: this.answer, error };
    } finally {
      clearTimeout(this.#drawing);
      this.#drawing = undefined;
    }
  }

  #open(): AsyncIterable<TurnEvent> {
    const source = this.#source;
    const turn = this.#turn ?? source;
    // The same question again finds the turn that it began, if it did.
    if ('asked' in turn) return ask(turn);
    const { turnId, conversationId } = turn;
    return follow(conversationId, { turnId, characters: this.characters }, source.signal);
  }

  #take(event: Exclude<TurnEvent, { type: 'turn-stop' | 'error' }>): void {
    if (event.type === 'turn-start') {
      const { turnId, conversationId = '' } = event;
      this.#turn ??= { turnId, conversationId };
      this.#listener.begun(turnId, conversationId);
      return;
    }
    this.characters += deltaLength(event);
    this.#draw(event);
  }

  #draw(event: StreamEvent): void {
    this.answer = accumulate(this.answer, event);
    // The timer draws what came last, too, when the model pauses after it.
    this.#drawing ??= setTimeout(() => {
      this.#drawing = undefined;
      this.#listener.draw(this.answer);
    }, drawEveryMs);
  }

  /** Whether a connection was lost: an error of ours says how the turn ended, and is the end. */
  #isLost(error: unknown): boolean {
    if (this.#source.signal.aborted) return false;
    return !(error instanceof ChatError) || error.isTransient;
  }
}
