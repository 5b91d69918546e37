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

/** Does the command of each shortcut. Keys for which there is nothing to do are the browser's. */
export function useShortcuts(
  commands: Readonly<Record<CommandName, (() => void) | undefined>>,
): void {
  const latest = useRef(commands);
  latest.current = commands;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.repeat) return;
      const command = commandOf(event, { isMac: isMac(), isInField: isField(event.target) });
      if (command === undefined || isBehindDialog(command)) return;
      const run = latest.current[command];
      if (run === undefined) return;
      event.preventDefault();
      run();
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
