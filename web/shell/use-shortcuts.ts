'use client';

import { useEffect, useRef, useSyncExternalStore } from 'react';
import { commandOf, type CommandName } from './shortcuts.ts';

/** Whether the reader's keyboard has ⌘. The server, which draws first, does not know. */
export function useIsMac(): boolean {
  return useSyncExternalStore(
    () => () => undefined,
    isMac,
    () => false,
  );
}

function isMac(): boolean {
  return /Mac|iPhone|iPad/u.test(navigator.platform);
}

/** Calls `run` with the command of each shortcut. What it does not do is left to the browser. */
export function useShortcuts(run: (command: CommandName) => boolean): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.repeat) return;
      const command = commandOf(event, { isMac: isMac(), isInField: isField(event.target) });
      if (command === undefined || isBehindDialog(command)) return;
      if (latest.current(command)) event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')
  );
}

/** A dialog makes the page behind it inert. The palette is closed as it is opened. */
function isBehindDialog(command: CommandName): boolean {
  const dialog = document.querySelector('dialog[open]');
  if (dialog === null) return false;
  return command !== 'palette' || dialog.id !== 'palette';
}
