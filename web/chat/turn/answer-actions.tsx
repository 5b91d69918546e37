'use client';

import type { ReactNode } from 'react';
import { IconButton } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Menu, MenuItem } from '../../parts/menu.tsx';
import { usePreferences } from '../../preferences/use-preferences.tsx';
import { useShell } from '../../shell/shell-context.tsx';
import { useLanguage } from '../../words/language.tsx';
import { useWords } from '../../words/use-words.ts';
import { useModelName } from '../choices/use-options.ts';
import type { Alternatives } from './branches.ts';
import { CopyButton } from './copy-button.tsx';
import { Pager } from './pager.tsx';
import type { TurnActions } from './turn-actions.ts';
import { answerText, type TurnView } from './turn-view.ts';
import { turnWords, type TurnWords } from './words.ts';

export interface AnswerActionsProps {
  readonly turn: TurnView;
  /** The answers to the question. */
  readonly versions: Alternatives;
  readonly actions: TurnActions;
  /** Undefined while another turn is in progress, or where the ending offers it. */
  readonly onRegenerate: (() => void) | undefined;
}

/** What can be done with an answer that has ended, and what it took. */
export function AnswerActions(props: AnswerActionsProps): ReactNode {
  const { turn, versions, actions, onRegenerate } = props;
  const words = useWords(turnWords);
  const text = answerText(turn);
  const hasWords = text.trim() !== '';
  if (!hasWords && versions.turns.length < 2) return undefined;
  return (
    <div className="actions">
      {hasWords && <CopyButton text={text} />}
      {hasWords && turn.turnId !== undefined && <Rating turn={turn} actions={actions} />}
      {onRegenerate !== undefined && (
        <IconButton icon="again" label={words.regenerate} onClick={onRegenerate} />
      )}
      {hasWords && <MoreMenu turn={turn} />}
      <Pager
        label={words.answerVersions}
        alternatives={versions}
        onShow={(other) => actions.showBranch(other)}
      />
      {hasWords && <BehindLine turn={turn} />}
    </div>
  );
}

function Rating({ turn, actions }: Pick<AnswerActionsProps, 'turn' | 'actions'>): ReactNode {
  const words = useWords(turnWords);
  const { notify } = useShell();
  const rate = (rating: 'good' | 'bad') => () =>
    void actions
      .rate(turn, turn.rating === rating ? undefined : rating)
      .catch(() => notify({ text: words.feedbackFailed }));
  return (
    <>
      <IconButton
        icon="thumb-up"
        label={words.good}
        aria-pressed={turn.rating === 'good'}
        onClick={rate('good')}
      />
      <IconButton
        icon="thumb-down"
        label={words.bad}
        aria-pressed={turn.rating === 'bad'}
        onClick={rate('bad')}
      />
    </>
  );
}

function MoreMenu({ turn }: { readonly turn: TurnView }): ReactNode {
  const words = useWords(turnWords);
  const { openPanel, isBilled } = useShell();
  const usage = usageLine(turn, words, isBilled);
  return (
    <Menu className="icon-button" label={words.more} trigger={<Icon name="more" />}>
      {usage !== undefined && <p className="menu-note">{usage}</p>}
      <MenuItem icon="pulse" onSelect={() => openPanel({ type: 'behind', turnKey: turn.key })}>
        {words.behind}
      </MenuItem>
    </Menu>
  );
}

/** The model and its time in one quiet line, which opens a look behind the answer. */
function BehindLine({ turn }: { readonly turn: TurnView }): ReactNode {
  const words = useWords(turnWords);
  const language = useLanguage();
  const { openPanel, isBilled } = useShell();
  const { preferences } = usePreferences();
  const modelName = useModelName(turn.modelId);
  const cost = preferences.cost === 'shown' ? costText(turn, words, isBilled) : undefined;
  const parts = [modelName, timeText(turn, words, language), cost].filter(
    (part) => part !== undefined && part !== '',
  );
  return (
    <button
      type="button"
      className="behind"
      title={words.behind}
      onClick={() => openPanel({ type: 'behind', turnKey: turn.key })}
    >
      {parts.join(' · ')}
    </button>
  );
}

/** How long the answer took; if that is not known, when it began. */
function timeText({ durationMs, startedAtMs }: TurnView, words: TurnWords, locale: string): string {
  if (durationMs !== undefined) return words.seconds((durationMs / 1_000).toFixed(1));
  return new Date(startedAtMs).toLocaleTimeString(locale, { hour: 'numeric', minute: '2-digit' });
}

function costText({ costUsd }: TurnView, words: TurnWords, isBilled: boolean): string | undefined {
  if (costUsd === undefined) return undefined;
  const price = `$${costUsd.toFixed(5)}`;
  return isBilled ? price : words.estimatedCost(price);
}

function usageLine(turn: TurnView, words: TurnWords, isBilled: boolean): string | undefined {
  const { usage } = turn.answer;
  if (usage === undefined) return undefined;
  const { inputTokens, cacheReadInputTokens, cacheWriteInputTokens, outputTokens } = usage;
  const allInputTokens = inputTokens + cacheReadInputTokens + cacheWriteInputTokens;
  const tokens = words.tokens(allInputTokens, outputTokens);
  const cost = costText(turn, words, isBilled);
  return cost === undefined ? tokens : `${tokens} · ${cost}`;
}
