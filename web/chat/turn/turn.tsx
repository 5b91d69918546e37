import { memo, type ReactNode } from 'react';
import { toMessage } from '#domain/conversation/accumulate.ts';
import { messageText } from '#domain/conversation/message.ts';
import type { Alternatives } from './branches.ts';
import { Markdown } from './markdown.tsx';
import { Question } from './question.tsx';
import { canGoOn, type TurnView } from './turn-view.ts';
import type { TurnActions } from './turn-actions.ts';
import type { Words } from '../words.ts';

export interface TurnProps {
  readonly words: Words;
  readonly turn: TurnView;
  /** Where it stands among those that were asked in its place. */
  readonly alternatives: Alternatives;
  /** Absent while another turn is under way. */
  readonly actions: TurnActions | undefined;
  readonly isLast: boolean;
}

/** A question and its answer, drawn anew only when they have changed. */
export const Turn = memo(
  function Turn(props: TurnProps): ReactNode {
    const { words, turn, actions } = props;
    const { question, answer, state, problem } = turn;
    const text = messageText(toMessage(answer));
    return (
      <section className="turn" data-state={state}>
        <Question
          words={words}
          text={question}
          onEdit={actions && ((edited) => actions.edit(turn, edited))}
        />
        <article className="answer" aria-label={words.assistant}>
          <Markdown text={text} />
          {state === 'streaming' && text === '' && <Thinking />}
          {state === 'settled' && problem === undefined && (
            <p className="note">{noteOf(turn, words)}</p>
          )}
          {problem !== undefined && (
            <div className="problem" role={turn.isNews ? 'alert' : undefined}>
              <span>{problem.message}</span>
            </div>
          )}
        </article>
        <Actions {...props} />
      </section>
    );
  },
  (before, after) =>
    before.turn === after.turn &&
    before.words === after.words &&
    before.isLast === after.isLast &&
    (before.actions === undefined) === (after.actions === undefined) &&
    before.alternatives.turns.length === after.alternatives.turns.length,
);

function Actions({ words, turn, alternatives, actions, isLast }: TurnProps): ReactNode {
  const { turns, index } = alternatives;
  if (actions === undefined || turn.state !== 'settled') return undefined;
  const { problem } = turn;
  const choose = (by: number) => () => {
    const other = turns[index + by];
    if (other !== undefined) actions.choose(other);
  };
  return (
    <div className="actions">
      {turns.length > 1 && (
        <span className="alternatives">
          <button
            type="button"
            aria-label={words.previous}
            disabled={index === 0}
            onClick={choose(-1)}
          >
            ‹
          </button>
          {index + 1} / {turns.length}
          <button
            type="button"
            aria-label={words.next}
            disabled={index === turns.length - 1}
            onClick={choose(1)}
          >
            ›
          </button>
        </span>
      )}
      {isLast && canGoOn(turn) && (
        <button type="button" onClick={() => actions.goOn(turn)}>
          {words.goOn}
        </button>
      )}
      {isLast && problem?.retryable !== false && (
        <button type="button" onClick={() => actions.again(turn)}>
          {problem === undefined ? words.again : words.retry}
        </button>
      )}
    </div>
  );
}

function noteOf({ answer, costUsd }: TurnView, words: Words): string {
  if (answer.stopReason === 'max_tokens') return words.tooLong;
  if (answer.stopReason === 'stopped') return words.stopped;
  const { usage } = answer;
  if (usage === undefined) return '';
  const { inputTokens, cacheReadInputTokens, cacheWriteInputTokens, outputTokens } = usage;
  const read = inputTokens + cacheReadInputTokens + cacheWriteInputTokens;
  const tokens = words.tokens(read, outputTokens);
  return costUsd === undefined ? tokens : `${tokens} · $${costUsd.toFixed(5)}`;
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
