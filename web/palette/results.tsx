'use client';

import { useEffect, useRef, type ReactNode } from 'react';
import { dayName } from '../chat/list/group-by-day.ts';
import { titleText } from '../chat/list/title.tsx';
import { listWords } from '../chat/list/words.ts';
import { Icon } from '../parts/icon.tsx';
import { KeyCaps } from '../shell/keyboard/key-caps.tsx';
import { useLanguage } from '../words/language.tsx';
import { useWords } from '../words/use-words.ts';
import { containsWords, splitMatches } from './match.ts';
import styles from './palette.module.css';
import type { Entry } from './use-entries.ts';
import type { Found } from './use-search.ts';
import { paletteWords } from './words.ts';

export interface ResultsProps {
  readonly entries: readonly Entry[];
  readonly chosen: Entry | undefined;
  /** The words that were searched for. */
  readonly searched: readonly string[];
  readonly onChoose: (id: string) => void;
  readonly onFollow: (entry: Entry) => void;
}

/** Returns the id of the element that shows an entry. */
export function optionId({ type, id }: Entry): string {
  return `palette-${type}-${id.replaceAll(/\s/gu, '-')}`;
}

/** What was found: conversations, then commands. */
export function Results(props: ResultsProps): ReactNode {
  const words = useWords(paletteWords);
  const { entries, chosen } = props;
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen?.id]);
  const groups = [
    ['conversation', words.conversations],
    ['command', words.commands],
  ] as const;
  return (
    <div
      ref={list}
      className={styles.list}
      id="palette-list"
      role="listbox"
      aria-label={words.results}
    >
      {groups.map(([type, name]) => (
        <Group key={type} {...props} name={name} entries={entries.filter((e) => e.type === type)} />
      ))}
    </div>
  );
}

function Group({ name, ...props }: ResultsProps & { readonly name: string }): ReactNode {
  const { entries, chosen, searched, onChoose, onFollow } = props;
  if (entries.length === 0) return undefined;
  return (
    <div role="group" aria-label={name}>
      <div className={styles.group} aria-hidden="true">
        {name}
      </div>
      {entries.map((entry) => (
        <div
          key={entry.id}
          id={optionId(entry)}
          className="row"
          role="option"
          aria-selected={entry === chosen}
          onPointerMove={() => entry !== chosen && onChoose(entry.id)}
          onClick={() => onFollow(entry)}
        >
          <Content entry={entry} searched={searched} />
        </div>
      ))}
    </div>
  );
}

interface ContentProps {
  readonly entry: Entry;
  readonly searched: readonly string[];
}

function Content({ entry, searched }: ContentProps): ReactNode {
  if (entry.type === 'conversation') return <FoundLine found={entry.found} searched={searched} />;
  const { icon, label, keys } = entry.command;
  return (
    <>
      <Icon name={icon} />
      <span>
        <Marked text={label} searched={searched} />
      </span>
      {keys !== undefined && <KeyCaps keys={keys} />}
    </>
  );
}

interface FoundLineProps {
  readonly found: Found;
  readonly searched: readonly string[];
}

/** A conversation: its title, the text around a match that is not in the title, and its day. */
function FoundLine({ found, searched }: FoundLineProps): ReactNode {
  const { title, excerpt, updated_at: updatedAt } = found;
  const words = useWords(paletteWords);
  const days = useWords(listWords);
  const language = useLanguage();
  const isInTitle = containsWords(title, searched);
  return (
    <>
      <Icon name="chat" />
      <span>
        <Marked text={titleText(title)} searched={searched} />
        {excerpt !== undefined && !isInTitle && (
          <span className={styles.excerpt}>
            <Marked text={words.quoted(titleText(excerpt))} searched={searched} />
          </span>
        )}
      </span>
      <small>{dayName(new Date(updatedAt), { now: new Date(), language, words: days })}</small>
    </>
  );
}

function Marked({ text, searched }: { readonly text: string } & Pick<ContentProps, 'searched'>) {
  return splitMatches(text, searched).map((part, index) =>
    part.isMatch ? <mark key={index}>{part.text}</mark> : part.text,
  );
}
