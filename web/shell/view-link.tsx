'use client';

import type { MouseEvent, ReactNode } from 'react';
import { useShell } from './shell-context.tsx';
import { addressOf, type View } from './view.ts';

export interface ViewLinkProps {
  readonly view: View;
  readonly className: string;
  readonly isCurrent: boolean;
  /** The name of the link and its tooltip; by default its content is its name. */
  readonly label?: string;
  readonly children: ReactNode;
}

/** A link to a view, which is shown without loading the page again. */
export function ViewLink(props: ViewLinkProps): ReactNode {
  const { view, className, isCurrent, label, children } = props;
  const { open } = useShell();
  const onClick = (event: MouseEvent): void => {
    const isForNewTab = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (isForNewTab) return;
    event.preventDefault();
    open(view);
  };
  return (
    <a
      href={addressOf(view)}
      className={className}
      aria-current={isCurrent ? 'page' : undefined}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      {children}
    </a>
  );
}
