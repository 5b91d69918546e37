'use client';

import { useMemo, type ReactNode } from 'react';
import type { Decision } from '#domain/model/tools.ts';
import { Markdown } from '../markdown/markdown.tsx';
import type { TurnView } from '../turn-view.ts';
import { Approvals } from './approval.tsx';
import { Calls } from './calls.tsx';
import { Citations, Sources } from './citations.tsx';
import { Progress } from './progress.tsx';
import { toAnswerParts, toCited, withChips, type Chip, type Section } from './sections.ts';
import { Thought } from './thought.tsx';

export interface AnswerBodyProps {
  readonly turn: TurnView;
  readonly onDecide: ((decisions: readonly Decision[]) => void) | undefined;
}

/** What a model has answered, part by part, and what it does at the moment. */
export function AnswerBody({ turn, onDecide }: AnswerBodyProps): ReactNode {
  const { answer, state } = turn;
  const isStreaming = state === 'streaming';
  const { sections, waiting, citations } = useMemo(
    () => toAnswerParts(answer.content, isStreaming),
    [answer.content, isStreaming],
  );
  const count = citations.length;
  // Citations are only ever added.
  const { sources, chips } = useMemo(() => toCited(citations), [count]);
  return (
    <Citations chips={chips}>
      {sections.map((section, index) => (
        <SectionView
          key={index}
          section={section}
          name={turn.turnId && `${turn.turnId}.${index}`}
          chips={chips}
          isGrowing={isStreaming && index === sections.length - 1}
        />
      ))}
      <Sources sources={sources} />
      {waiting.length > 0 && <Approvals calls={waiting} onDecide={onDecide} />}
      {isStreaming && <Progress turn={turn} />}
    </Citations>
  );
}

interface SectionViewProps {
  readonly section: Section;
  readonly name: string | undefined;
  readonly chips: readonly Chip[];
  /** Whether more words of it may arrive. */
  readonly isGrowing: boolean;
}

function SectionView({ section, name, chips, isGrowing }: SectionViewProps): ReactNode {
  switch (section.type) {
    case 'thought':
      return <Thought {...section} name={name} />;
    case 'calls':
      return <Calls calls={section.calls} />;
    case 'text': {
      const text = withChips(section.text, section.start, chips);
      return (
        <div className={isGrowing ? 'answer growing' : 'answer'}>
          <Markdown text={text} />
        </div>
      );
    }
  }
}
