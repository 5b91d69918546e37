import { memo, useEffect, useState, type ReactNode } from 'react';
import { toMessage, type Answer } from '#domain/conversation/accumulate.ts';
import { messageText } from '#domain/conversation/message.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { useShell } from '../../shell/shell-context.tsx';
import { shellWords } from '../../shell/words.ts';
import { useWords } from '../../words/use-words.ts';
import type { Alternatives } from './branches.ts';
import { Markdown } from './markdown/markdown.tsx';
import { Question } from './question.tsx';
import { canContinue, endingOf, type TurnView } from './turn-view.ts';
import type { TurnActions } from './turn-actions.ts';
import type { Words } from '../words.ts';

export interface TurnProps {
  readonly words: Words;
  readonly turn: TurnView;
  /** The turn and its siblings, for the buttons that step through them. */
  readonly alternatives: Alternatives;
  /** Undefined while a turn is in progress. */
  readonly actions: TurnActions | undefined;
  readonly isLast: boolean;
  /** Whether AWS bills the answers. If not, costs are shown as what AWS would charge. */
  readonly isBilled: boolean;
}

/** A question and its answer. Rendered again only if they have changed. */
export const Turn = memo(
  function Turn(props: TurnProps): ReactNode {
    const { words, turn, actions, isBilled } = props;
    const { question, answer, state, problem } = turn;
    const text = messageText(toMessage(answer));
    return (
      <section className="turn" data-turn={turn.key} data-state={state}>
        <Question
          words={words}
          text={question}
          onEdit={actions && ((edited) => actions.edit(turn, edited))}
        />
        <article className="answer" aria-label={words.assistant}>
          <Markdown text={text} />
          {state === 'streaming' && <Progress words={words} turn={turn} hasText={text !== ''} />}
          {state === 'settled' && problem === undefined && (
            <p className="note">{noteOf(turn, words, isBilled)}</p>
          )}
          {problem !== undefined && (
            <div className="problem" role={turn.isAnnounced ? 'alert' : undefined}>
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
  const step = (by: number) => () => {
    const sibling = turns[index + by];
    if (sibling !== undefined) actions.showBranch(sibling);
  };
  return (
    <div className="actions">
      {turns.length > 1 && (
        <span className="pager alternatives">
          <IconButton
            icon="left"
            size="small"
            label={words.previous}
            disabled={index === 0}
            onClick={step(-1)}
          />
          {index + 1} / {turns.length}
          <IconButton
            icon="right"
            size="small"
            label={words.next}
            disabled={index === turns.length - 1}
            onClick={step(1)}
          />
        </span>
      )}
      {isLast && canContinue(turn) && (
        <Button onClick={() => actions.continueAnswer(turn)}>{words.continueAnswer}</Button>
      )}
      {isLast && problem?.retryable !== false && (
        <Button onClick={() => actions.regenerate(turn)}>
          {problem === undefined ? words.regenerate : words.tryAgain}
        </Button>
      )}
      <BehindButton turnKey={turn.key} />
    </div>
  );
}

/** Opens a look behind the answer. */
function BehindButton({ turnKey }: { readonly turnKey: string }): ReactNode {
  const { behind } = useWords(shellWords);
  const { openPanel } = useShell();
  return (
    <button
      type="button"
      className="behind"
      aria-label={behind}
      title={behind}
      onClick={() => openPanel({ type: 'behind', turnKey })}
    >
      <Icon name="pulse" size="small" />
    </button>
  );
}

/** Returns the line below an answer: how it was cut off, or what it took. */
function noteOf(turn: TurnView, words: Words, isBilled: boolean): string {
  const { answer, costUsd } = turn;
  const reason = endingOf(turn, words);
  if (reason !== undefined) return reason;
  const { usage } = answer;
  if (usage === undefined) return '';
  const { inputTokens, cacheReadInputTokens, cacheWriteInputTokens, outputTokens } = usage;
  const allInputTokens = inputTokens + cacheReadInputTokens + cacheWriteInputTokens;
  const tokens = words.tokens(allInputTokens, outputTokens);
  if (costUsd === undefined) return tokens;
  const price = `$${costUsd.toFixed(5)}`;
  return `${tokens} · ${isBilled ? price : words.estimatedCost(price)}`;
}

interface ProgressProps {
  readonly words: Words;
  readonly turn: TurnView;
  readonly hasText: boolean;
}

/** What happens to an answer of which nothing arrives at the moment. */
function Progress({ words, turn, hasText }: ProgressProps): ReactNode {
  const isStalled = useStalled(turn.answer);
  const text = progressOf(turn, isStalled, words);
  return (
    <>
      {!hasText && <Thinking />}
      <p className="note" role="status">
        {text}
      </p>
    </>
  );
}

function progressOf(turn: TurnView, isStalled: boolean, words: Words): string | undefined {
  if (turn.isReconnecting === true) return words.reconnecting;
  if (turn.isStopping === true) return words.stopping;
  return isStalled ? words.stillWorking : undefined;
}

/** The time without words after which the page says that the model is still at work. */
const stallMs = 5_000;

function useStalled(answer: Answer): boolean {
  const [isStalled, setStalled] = useState(false);
  useEffect(() => {
    setStalled(false);
    const timer = setTimeout(() => setStalled(true), stallMs);
    return () => clearTimeout(timer);
  }, [answer]);
  return isStalled;
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
