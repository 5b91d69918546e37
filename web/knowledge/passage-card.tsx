'use client';

import { useState, type ReactNode } from 'react';
import type { PassageJson } from '#protocol/conversation/answer-schema.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { Meter } from '../parts/meter.tsx';
import { formatNumber } from '../requests/formats.ts';
import { useWords } from '../words/use-words.ts';
import styles from './knowledge.module.css';
import { knowledgeWords } from './words.ts';
import { Visible } from '../chat/visible.tsx';

/** Longer passages are folded. */
const foldedLength = 480;

/** A passage with its source and how well it matches. */
export function PassageCard({ passage }: { readonly passage: PassageJson }): ReactNode {
  const words = useWords(knowledgeWords);
  const [isFolded, setFolded] = useState(true);
  const { text, source, title, score } = passage;
  const isLong = text.length > foldedLength;
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
        {score !== undefined && <Match score={score} />}
      </div>
      <p>
        <Visible text={isLong && isFolded ? `${text.slice(0, foldedLength)}…` : text} />
      </p>
      {isLong && (
        <Button kind="bare" aria-expanded={!isFolded} onClick={() => setFolded(!isFolded)}>
          {isFolded ? words.showAll : words.showLess}
        </Button>
      )}
    </li>
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
  return <span title={source}>{source.slice(source.lastIndexOf('/') + 1) || source}</span>;
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
