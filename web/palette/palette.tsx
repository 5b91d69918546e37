'use client';

import { wordsOf } from '#domain/conversation/search.ts';
import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { ConversationListView } from '../chat/list/use-conversation-list.ts';
import { IconButton } from '../parts/button.tsx';
import { useModal } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { KeyCaps } from '../shell/keyboard/key-caps.tsx';
import { useShell } from '../shell/shell-context.tsx';
import type { Commands } from '../shell/keyboard/use-commands.ts';
import { useWords } from '../words/use-words.ts';
import { optionId, Results } from './results.tsx';
import { conversationEntries, useCommandEntries, type Entry } from './use-entries.ts';
import styles from './palette.module.css';
import { useSearch, type Search } from './use-search.ts';
import { paletteWords } from './words.ts';

export interface PaletteProps {
  readonly list: ConversationListView;
  readonly commands: Commands;
}

/** A dialog to find a conversation or a command by typing, and to open it with Enter. */
export function Palette({ list, commands }: PaletteProps): ReactNode {
  const words = useWords(paletteWords);
  const { open, openOverlay } = useShell();
  const dialog = useRef<HTMLDialogElement>(null);
  const [query, setQuery] = useState('');
  const [chosenId, choose] = useState<string>();
  useModal(dialog);

  const searched = wordsOf(query);
  const search = useSearch(searched);
  const found = conversationEntries(search.results, list.conversations ?? [], searched);
  const entries = [...found, ...useCommandEntries(searched, commands)];
  const chosen = entries.find(({ id }) => id === chosenId) ?? entries[0];

  const close = (): void => dialog.current?.close();
  const follow = (entry: Entry): void => {
    // The dialog gives the focus back before what was chosen takes it.
    close();
    if (entry.type === 'command') entry.command.run();
    else open({ type: 'chat', conversationId: entry.id });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    const next = neighbourOf(event.key, entries, chosen);
    if (next !== undefined) choose(next.id);
    else if (event.key === 'Enter' && chosen !== undefined) follow(chosen);
    else if (event.key === '?' && query === '') openOverlay('shortcuts');
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      id="palette"
      className={styles.palette}
      aria-label={words.title}
      onClose={() => openOverlay(undefined)}
      onClick={({ target }) => target === dialog.current && close()}
    >
      <div className={styles.field}>
        <Icon name="search" />
        <Field query={query} chosen={chosen} onChange={setQuery} onKeyDown={onKeyDown} />
        <kbd aria-hidden="true">Esc</kbd>
        <IconButton icon="close" label={words.close} className="only-phone" onClick={close} />
      </div>
      <Results {...{ entries, chosen, searched }} onChoose={choose} onFollow={follow} />
      <State query={query} search={search} isEmpty={entries.length === 0} />
      <Foot onShortcuts={() => openOverlay('shortcuts')} />
    </dialog>
  );
}

interface FieldProps {
  readonly query: string;
  readonly chosen: Entry | undefined;
  readonly onChange: (query: string) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

function Field({ query, chosen, onChange, onKeyDown }: FieldProps): ReactNode {
  const words = useWords(paletteWords);
  return (
    <input
      role="combobox"
      aria-expanded={chosen !== undefined}
      aria-controls="palette-list"
      aria-autocomplete="list"
      aria-activedescendant={chosen && optionId(chosen)}
      aria-label={words.title}
      autoComplete="off"
      spellCheck={false}
      value={query}
      onChange={({ target }) => onChange(target.value)}
      onKeyDown={onKeyDown}
    />
  );
}

interface StateProps {
  readonly query: string;
  readonly search: Search;
  readonly isEmpty: boolean;
}

/** What there is to say of a search besides what it has found. */
function State({ query, search, isEmpty }: StateProps): ReactNode {
  const words = useWords(paletteWords);
  return (
    <p className={styles.note} role="status">
      {search.state === 'failed' && words.failed}
      {search.state === 'searching' && isEmpty && words.searching}
      {search.state === 'done' && isEmpty && words.nothing(query.trim())}
    </p>
  );
}

/** Returns the entry that an arrow key goes to. After the last comes the first. */
function neighbourOf(
  key: string,
  entries: readonly Entry[],
  chosen: Entry | undefined,
): Entry | undefined {
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return undefined;
  const index = entries.findIndex((entry) => entry === chosen);
  return entries.at((index + (key === 'ArrowDown' ? 1 : -1)) % entries.length);
}

function Foot({ onShortcuts }: { readonly onShortcuts: () => void }): ReactNode {
  const words = useWords(paletteWords);
  return (
    <div className={styles.foot}>
      <span aria-hidden="true">
        <KeyCaps keys={{ key: '↑' }} />
        <KeyCaps keys={{ key: '↓' }} />
        {words.choose}
      </span>
      <span aria-hidden="true">
        <KeyCaps keys={{ key: 'Enter' }} />
        {words.open}
      </span>
      <button type="button" onClick={onShortcuts}>
        <KeyCaps keys={{ key: '?' }} />
        {words.allShortcuts}
      </button>
    </div>
  );
}
