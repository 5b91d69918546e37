import { memo, type ReactNode } from 'react';
import { toMessage } from '#domain/accumulate.ts';
import { messageText } from '#domain/message.ts';
import { Markdown } from './markdown.tsx';
import type { TurnView } from './turn-view.ts';
import type { Words } from './words.ts';

export interface TurnProps {
  readonly words: Words;
  readonly turn: TurnView;
  /** Present where the turn can be tried again: on the last one, while no other is under way. */
  readonly onRetry?: (turn: TurnView) => void;
}

/** A question and its answer, drawn anew only when they have changed. */
export const Turn = memo(function Turn({ words, turn, onRetry }: TurnProps): ReactNode {
  const { question, answer, state, problem } = turn;
  const text = messageText(toMessage(answer));
  return (
    <section className="turn" data-state={state}>
      <article className="question" aria-label={words.you}>
        {question}
      </article>
      <article className="answer" aria-label={words.assistant}>
        <Markdown text={text} />
        {state === 'streaming' && text === '' && <Thinking />}
        {state === 'running' && <p className="note">{words.stillRunning}</p>}
        {state === 'settled' && problem === undefined && (
          <p className="note">{noteOf(turn, words)}</p>
        )}
        {problem !== undefined && (
          <div className="problem" role={turn.isNews ? 'alert' : undefined}>
            <span>{problem.message}</span>
            {problem.retryable && onRetry !== undefined && (
              <button type="button" onClick={() => onRetry(turn)}>
                {words.retry}
              </button>
            )}
          </div>
        )}
      </article>
    </section>
  );
});

function noteOf({ answer }: TurnView, words: Words): string {
  if (answer.stopReason === 'max_tokens') return words.tooLong;
  const { usage } = answer;
  return usage === undefined ? '' : words.tokens(usage.inputTokens, usage.outputTokens);
}

function Thinking(): ReactNode {
  return (
    <span className="thinking" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}
