'use client';

import type { ConversationJson } from '#protocol/conversation/conversation-schema.ts';
import type { IconName } from '../parts/icon.tsx';
import { usePreferences } from '../preferences/use-preferences.tsx';
import { useShell } from '../shell/shell-context.tsx';
import { keysOf, type CommandName, type Keys } from '../shell/keyboard/shortcuts.ts';
import type { Commands } from '../shell/keyboard/use-commands.ts';
import { viewNames, type ViewName } from '../shell/view.ts';
import { shellWords } from '../shell/words.ts';
import { useLanguage } from '../words/language.tsx';
import { useWords } from '../words/use-words.ts';
import { containsWords } from './match.ts';
import type { Found } from './use-search.ts';
import { paletteWords } from './words.ts';

/** A line of the palette. */
export type Entry =
  | { readonly type: 'conversation'; readonly id: string; readonly found: Found }
  | { readonly type: 'command'; readonly id: string; readonly command: Command };

interface Command {
  readonly icon: IconName;
  readonly label: string;
  readonly keys?: Keys | undefined;
  readonly run: () => void;
}

const viewIcons: Readonly<Record<ViewName, IconName>> = {
  documents: 'document',
  tasks: 'tasks',
  knowledge: 'book',
  spending: 'chart',
  settings: 'settings',
};

/** Returns the commands whose names contain all words. */
export function useCommandEntries(words: readonly string[], doing: Commands): readonly Entry[] {
  const names = useWords(shellWords);
  const { does, theme, otherLanguage } = useWords(paletteWords);
  const { isLocal, open, openPanel } = useShell();
  const { preferences, change } = usePreferences();
  const language = useLanguage();

  const ofPage = (icon: IconName, name: CommandName): readonly Command[] => {
    const run = doing[name];
    return run === undefined ? [] : [{ icon, label: does[name], keys: keysOf(name), run }];
  };
  const commands: readonly Command[] = [
    ...ofPage('compose', 'new-chat'),
    ...ofPage('copy', 'copy-answer'),
    ...ofPage('pulse', 'behind'),
    ...(isLocal
      ? [{ icon: 'flask', label: names.faults, run: () => openPanel({ type: 'faults' }) } as const]
      : []),
    ...viewNames.map((type) => ({
      icon: viewIcons[type],
      label: names[type],
      run: () => open({ type }),
    })),
    ...(['light', 'dark', 'system'] as const)
      .filter((each) => each !== preferences.theme)
      .map((each) => ({
        icon: 'moon' as const,
        label: theme[each],
        run: () => change({ theme: each }),
      })),
    {
      icon: 'globe',
      label: otherLanguage,
      run: () => change({ language: language === 'en' ? 'ja' : 'en' }),
    },
  ];
  return commands
    .filter(({ label }) => containsWords(label, words))
    .map((command) => ({ type: 'command', id: command.label, command }));
}

/** How many conversations are offered before the reader has typed anything. */
const recentCount = 5;

/** Returns what there is to say of conversations: those found, or loaded ones with such titles. */
export function conversationEntries(
  found: readonly Found[] | undefined,
  loaded: readonly ConversationJson[],
  words: readonly string[],
): readonly Entry[] {
  const known =
    words.length === 0
      ? loaded.slice(0, recentCount)
      : (found ?? loaded.filter(({ title }) => containsWords(title, words)));
  return known.map((each) => ({ type: 'conversation', id: each.conversation_id, found: each }));
}
