import type { ReactNode } from 'react';
import { IconButton } from '../../parts/button.tsx';
import { useWords } from '../../words/use-words.ts';
import type { Alternatives } from './branches.ts';
import type { TurnView } from './turn-view.ts';
import { turnWords } from './words.ts';

export interface PagerProps {
  readonly label: string;
  readonly alternatives: Alternatives;
  readonly onShow: (turn: TurnView) => void;
}

/** Steps through what can stand in one place; nothing if there is only one. */
export function Pager({ label, alternatives, onShow }: PagerProps): ReactNode {
  const words = useWords(turnWords);
  const { turns, index } = alternatives;
  if (turns.length < 2) return undefined;
  const step = (by: number) => () => {
    const other = turns[index + by];
    if (other !== undefined) onShow(other);
  };
  return (
    <span className="pager" role="group" aria-label={label}>
      <IconButton
        icon="left"
        size="small"
        label={words.previous}
        disabled={index === 0}
        onClick={step(-1)}
      />
      <span aria-live="polite">
        {index + 1} / {turns.length}
      </span>
      <IconButton
        icon="right"
        size="small"
        label={words.next}
        disabled={index === turns.length - 1}
        onClick={step(1)}
      />
    </span>
  );
}
