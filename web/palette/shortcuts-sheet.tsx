'use client';

import type { ReactNode } from 'react';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { KeyCaps } from '../shell/keyboard/key-caps.tsx';
import { useShell } from '../shell/shell-context.tsx';
import { shortcuts } from '../shell/keyboard/shortcuts.ts';
import { useWords } from '../words/use-words.ts';
import styles from './palette.module.css';
import { paletteWords } from './words.ts';

/** All shortcuts of the page. */
export function ShortcutsSheet(): ReactNode {
  const words = useWords(paletteWords);
  const { openOverlay } = useShell();
  const close = (): void => openOverlay(undefined);
  return (
    <Dialog title={words.shortcutsTitle} onClose={close}>
      <dl className={styles.shortcuts}>
        {shortcuts.map((shortcut) => (
          <div key={shortcut.does}>
            <dt>{words.does[shortcut.does]}</dt>
            <dd>
              <KeyCaps keys={shortcut} />
            </dd>
          </div>
        ))}
      </dl>
      <div className="dialog-foot">
        <Button onClick={close}>{words.close}</Button>
      </div>
    </Dialog>
  );
}
