'use client';

import { createContext, use } from 'react';
import type { Account } from '../chat/account/account.tsx';
import type { Choices } from '../chat/choices/choices.ts';
import type { View } from './view.ts';

/** What lies beside the stage. */
export type Panel =
  | { readonly type: 'faults' }
  /** A look behind the answer of a turn; of the last one without a key. */
  | { readonly type: 'behind'; readonly turnKey?: string };

/** What lies over the page. */
export type Overlay = 'palette' | 'shortcuts';

/** What an undo line offers. */
export interface Notice {
  readonly text: string;
  readonly undo?: () => void;
  /** Called when the time to undo is over. */
  readonly onExpire?: () => void;
}

/** The page around a view. */
export interface Shell {
  readonly account: Account;
  /** Whether AWS bills the answers. If not, costs are shown as what AWS would charge. */
  readonly isBilled: boolean;
  /** Whether the system behind the page is that of `npm start`. */
  readonly isLocal: boolean;
  readonly view: View;
  open(view: View): void;
  readonly panel: Panel | undefined;
  openPanel(panel: Panel | undefined): void;
  openOverlay(overlay: Overlay | undefined): void;
  /** Shows a line at the foot of the page for some seconds. */
  notify(notice: Notice): void;
  /** Shows what has failed, until the reader closes it or it is replaced. */
  showProblem(problem: string | undefined): void;
  /** Shows an empty new conversation with choices. The focus is in its composer. */
  beginWith(choices: Partial<Choices>): void;
  /** Shows an empty new conversation and loads the list again, when everything has changed. */
  startOver(): void;
}

const ShellContext = createContext<Shell | undefined>(undefined);

export const ShellProvider = ShellContext.Provider;

/** Returns the page around the current view. */
export function useShell(): Shell {
  const shell = use(ShellContext);
  if (shell === undefined) throw new Error('There is no ShellProvider');
  return shell;
}
