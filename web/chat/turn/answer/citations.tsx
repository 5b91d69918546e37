'use client';

import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { IconButton } from '../../../parts/button.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { useWords } from '../../../words/use-words.ts';
import { AnswerPartsContext, type MarkdownParts } from '../markdown/answer-parts.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import { chipAddress, type Chip, type Source } from './sections.ts';
import { answerWords } from './words.ts';
import { Visible } from '../../visible.tsx';

export interface CitationsProps {
  readonly chips: readonly Chip[];
  readonly children: ReactNode;
}

/**
 * Lets the Markdown inside show citations as chips. A chip opens its passage below the block that
 * it is in; Escape closes that and gives the focus back.
 */
export function Citations({ chips, children }: CitationsProps): ReactNode {
  const [openId, setOpenId] = useState<number>();
  const opener = useRef<HTMLElement>(null);
  const parts = useMemo<MarkdownParts>(() => {
    const close = (): void => {
      setOpenId(undefined);
      opener.current?.focus();
    };
    return {
      toLink(href) {
        const chip = chips.find(({ id }) => `${chipAddress}${id}` === href);
        if (chip === undefined) return undefined;
        return (
          <ChipButton
            chip={chip}
            isOpen={chip.id === openId}
            onToggle={(button) => {
              opener.current = button;
              setOpenId((before) => (before === chip.id ? undefined : chip.id));
            }}
            onClose={close}
          />
        );
      },
      toNote(markdown) {
        const chip = chips.find(({ id }) => id === openId);
        if (chip === undefined || !markdown.includes(`(${chipAddress}${chip.id})`))
          return undefined;
        return <PassageNote chip={chip} onClose={close} />;
      },
    };
  }, [chips, openId]);
  return <AnswerPartsContext value={parts}>{children}</AnswerPartsContext>;
}

interface ChipButtonProps {
  readonly chip: Chip;
  readonly isOpen: boolean;
  readonly onToggle: (button: HTMLElement) => void;
  readonly onClose: () => void;
}

function ChipButton({ chip, isOpen, onToggle, onClose }: ChipButtonProps): ReactNode {
  const words = useWords(answerWords);
  return (
    <button
      type="button"
      className="cite"
      aria-label={words.source(chip.number)}
      aria-expanded={isOpen}
      onClick={({ currentTarget }) => onToggle(currentTarget)}
      onKeyDown={({ key }) => key === 'Escape' && isOpen && onClose()}
    >
      {chip.number}
    </button>
  );
}

const noParts: MarkdownParts = {};

interface PassageNoteProps {
  readonly chip: Chip;
  readonly onClose: () => void;
}

function PassageNote({ chip, onClose }: PassageNoteProps): ReactNode {
  const words = useWords(answerWords);
  const note = useRef<HTMLElement>(null);
  const { number, passage, title } = chip;
  useEffect(() => {
    // Some browsers return a promise, which is no clean-up.
    note.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <aside
      ref={note}
      className="passage"
      aria-label={words.source(number)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div className="passage-head">
        <Icon name="book" size="small" />
        <b>
          <Visible text={title} />
        </b>
        {isWebPage(passage.source) && (
          <a
            className="link"
            href={passage.source}
            target="_blank"
            rel="noopener noreferrer nofollow"
          >
            {words.openSource}
          </a>
        )}
        <IconButton icon="close" size="small" label={words.close} onClick={onClose} />
      </div>
      {/* What links mean in the answer, they do not mean in a passage. */}
      <AnswerPartsContext value={noParts}>
        <div className="answer">
          <Markdown text={passage.text} />
        </div>
      </AnswerPartsContext>
    </aside>
  );
}

/** The sources of an answer, once, at its end. */
export function Sources({ sources }: { readonly sources: readonly Source[] }): ReactNode {
  const words = useWords(answerWords);
  if (sources.length === 0) return undefined;
  return (
    <ul className="sources" aria-label={words.sources}>
      {sources.map(({ number, source, title }) => {
        const content = (
          <>
            <span className="cite">{number}</span>
            <Visible text={title} />
          </>
        );
        return (
          <li key={source} title={source}>
            {isWebPage(source) ? (
              <a href={source} target="_blank" rel="noopener noreferrer nofollow">
                {content}
              </a>
            ) : (
              <span className="source">{content}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** Files in buckets have addresses, too, but no browser opens them. */
function isWebPage(source: string): boolean {
  return /^https?:\/\//u.test(source);
}
