'use client';

import { useEffect, useRef, type ReactNode } from 'react';
import { IconButton } from '../parts/button.tsx';
import { useWords } from '../words/use-words.ts';
import { useShell } from './shell-context.tsx';
import { shellWords } from './words.ts';

export interface PanelFrameProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly foot?: ReactNode;
}

/** What lies beside the stage, or over it on a narrow screen. Escape closes it. */
export function PanelFrame({ title, children, foot }: PanelFrameProps): ReactNode {
  const words = useWords(shellWords);
  const { openPanel } = useShell();
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    panel.current?.focus();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <aside
      ref={panel}
      className="panel"
      aria-label={title}
      tabIndex={-1}
      onKeyDown={({ key }) => key === 'Escape' && openPanel(undefined)}
    >
      <div className="panel-head">
        <h2>{title}</h2>
        <IconButton icon="close" label={words.close} onClick={() => openPanel(undefined)} />
      </div>
      <div className="panel-body">{children}</div>
      {foot !== undefined && <div className="panel-foot">{foot}</div>}
    </aside>
  );
}
