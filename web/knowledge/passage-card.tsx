'use client';

import { useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import type { PassageJson } from '#protocol/conversation/answer-schema.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { Meter } from '../parts/meter.tsx';
import { formatNumber } from '../requests/formats.ts';
import { Markdown } from '../chat/turn/markdown/markdown.tsx';
import { useDraft } from '../drafts/use-draft.ts';
import { useShell } from '../shell/shell-context.tsx';
import { useWords } from '../words/use-words.ts';
import styles from './knowledge.module.css';
import { knowledgeWords } from './words.ts';
import { Visible } from '../chat/visible.tsx';
import { fileOf, withQuote } from './quote.ts';

export interface PassageCardProps {
  readonly passage: PassageJson;
  /** The name of the knowledge base that the passage is from. */
  readonly base: string;
}

/** A passage with its source and how well it matches. */
export function PassageCard({ passage, base }: PassageCardProps): ReactNode {
  const words = useWords(knowledgeWords);
  const { text, source, title, score } = passage;
  const [isFolded, setFolded] = useState(true);
  const [isLong, setLong] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { scrollHeight = 0, clientHeight = 0 } = box.current ?? {};
    setLong(scrollHeight > clientHeight + 1);
  }, [text]);
  return (
    <li className={`passage ${styles['passage']}`}>
      <div className={styles['head']}>
        <Icon name="book" size="small" />
        <b>
          <Source source={source} />
        </b>
        {title !== undefined && title !== source && (
          <span className="quiet">
            <Visible text={title} />
          </span>
        )}
        <span className="quiet">{base}</span>
        {score !== undefined && <Match score={score} />}
      </div>
      <div
        ref={box}
        className={`answer ${isFolded ? styles['folded'] : ''}`}
        data-long={isLong && isFolded}
      >
        <Markdown text={text} />
      </div>
      <div className={styles['actions']}>
        {isLong && (
          <Button kind="bare" aria-expanded={!isFolded} onClick={() => setFolded(!isFolded)}>
            {isFolded ? words.showAll : words.showLess}
          </Button>
        )}
        <AskButton passage={passage} base={base} />
      </div>
    </li>
  );
}

/** Begins a conversation with the knowledge base, and with the passage in its composer. */
function AskButton({ passage, base }: PassageCardProps): ReactNode {
  const words = useWords(knowledgeWords);
  const { beginWith } = useShell();
  const [draft, setDraft] = useDraft(undefined);
  return (
    <Button
      kind="bare"
      icon="compose"
      onClick={() => {
        setDraft(withQuote(draft, passage));
        beginWith({ knowledge_base: base });
      }}
    >
      {words.ask}
    </Button>
  );
}

/** A source on the web is a link. Any other is shown by the name of its file. */
function Source({ source }: { readonly source: string }): ReactNode {
  if (/^https?:\/\//u.test(source)) {
    return (
      <a href={source} target="_blank" rel="noopener noreferrer nofollow">
        {source}
      </a>
    );
  }
  return <span title={source}>{fileOf(source)}</span>;
}

/** A score is a share of a full match, for most knowledge bases. Any other is only a number. */
function Match({ score }: { readonly score: number }): ReactNode {
  const words = useWords(knowledgeWords);
  const isShare = score >= 0 && score <= 1;
  const text = isShare
    ? formatNumber(score, { style: 'percent' })
    : formatNumber(score, { maximumFractionDigits: 2 });
  return (
    <span className={styles['match']}>
      {isShare && <Meter label={words.match} share={score} text={text} />}
      <span>
        {words.match} {text}
      </span>
    </span>
  );
}
