import { accumulate, emptyAnswer, type Answer } from '#domain/accumulate.ts';
import type { StreamEvent, TurnEvent } from '#domain/stream-event.ts';
import { ask, type Question } from './api.ts';

export interface AnswerListener {
  /** The turn has begun, in this conversation. */
  begun(conversationId: string): void;
  /** The answer as far as it has come. */
  draw(answer: Answer): void;
}

export interface AnswerEnd {
  readonly answer: Answer;
  readonly error?: unknown;
}

/** A growing answer is drawn at most this often. */
const drawEveryMs = 50;

/** Asks a question and reads the answer to its end, whichever that is. Never throws. */
export async function readAnswer(question: Question, listener: AnswerListener): Promise<AnswerEnd> {
  let answer = emptyAnswer;
  let drawnAt = 0;
  try {
    for await (const event of ask(question)) {
      if (event.type === 'error') return { answer, error: event.error };
      if (event.type === 'turn-start') listener.begun(event.conversationId ?? '');
      if (!isOfAnswer(event)) continue;
      answer = accumulate(answer, event);
      if (performance.now() - drawnAt < drawEveryMs) continue;
      drawnAt = performance.now();
      listener.draw(answer);
    }
    return { answer };
  } catch (error) {
    return { answer, error };
  }
}

function isOfAnswer(event: TurnEvent): event is StreamEvent {
  return event.type !== 'turn-start' && event.type !== 'turn-stop' && event.type !== 'error';
}
