import { createContext, use, useRef, useState, type MouseEvent, type ReactNode } from 'react';
import { LinkDialog } from './link-dialog.tsx';
import { linkTarget, namesOtherHost, rel } from './link-target.ts';
import styles from './link.module.css';

export interface AnswerLinkProps {
  readonly href: string | undefined;
  /** What the link says, as plain text. */
  readonly text: string;
  readonly children: ReactNode;
}

const InLink = createContext(false);

/**
 * A link of an answer. It opens a new tab; if it leads to another site, it asks first, because the
 * words of a link can say anything. Without a target that is allowed it is plain text.
 */
export function AnswerLink({ href, text, children }: AnswerLinkProps): ReactNode {
  const target = linkTarget(href, pageUrl());
  const isInLink = use(InLink);
  const [isAsking, setAsking] = useState(false);
  const link = useRef<HTMLAnchorElement>(null);
  if (target === undefined || isInLink) return children;
  const ask = (event: MouseEvent): void => {
    if (target.type === 'page' || event.button > 1) return;
    event.preventDefault();
    setAsking(true);
  };
  const close = (): void => {
    setAsking(false);
    link.current?.focus();
  };
  return (
    <>
      <a href={href} target="_blank" rel={rel} ref={link} onClick={ask} onAuxClick={ask}>
        <InLink value={true}>{children}</InLink>
      </a>
      {target.type === 'elsewhere' && namesOtherHost(text, target.place) && (
        <span className={styles.place}> ({target.place})</span>
      )}
      {isAsking && <LinkDialog url={target.url} onClose={close} />}
    </>
  );
}

/** On the server there are no answers to render. */
function pageUrl(): string {
  return typeof window === 'undefined' ? 'http://page.invalid/' : window.location.href;
}
