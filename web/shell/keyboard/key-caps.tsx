'use client';

import type { ReactNode } from 'react';
import type { Keys } from './shortcuts.ts';
import { useIsMac } from './use-shortcuts.ts';

/** Keys that are pressed together, as they are called on the reader's keyboard. */
export function KeyCaps({ keys }: { readonly keys: Keys }): ReactNode {
  const names = keyNames(keys, useIsMac());
  return (
    <span className="keys">
      {names.map((name) => (
        <kbd key={name}>{name}</kbd>
      ))}
    </span>
  );
}

/** Keys as one quiet text. */
export function KeyHint({ keys }: { readonly keys: Keys | undefined }): ReactNode {
  const isMac = useIsMac();
  if (keys === undefined) return undefined;
  return (
    <small className="hint" aria-hidden="true">
      {keyNames(keys, isMac).join(' ')}
    </small>
  );
}

function keyNames({ key, hasMod, hasShift }: Keys, isMac: boolean): readonly string[] {
  return [
    ...(hasMod === true ? [isMac ? '⌘' : 'Ctrl'] : []),
    ...(hasShift === true ? [isMac ? '⇧' : 'Shift'] : []),
    key,
  ];
}
