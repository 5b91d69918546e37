import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';
import styles from './nothing.module.css';

export interface NothingProps {
  readonly icon: IconName;
  readonly title: string;
  readonly text?: string;
  /** What one can do about it. */
  readonly children?: ReactNode;
}

/** Says that there is nothing here yet, or that nothing was found. */
export function Nothing({ icon, title, text, children }: NothingProps): ReactNode {
  return (
    <div className={styles['nothing']}>
      <Icon name={icon} />
      <b>{title}</b>
      {text !== undefined && <p>{text}</p>}
      {children}
    </div>
  );
}
