import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';
import styles from './state.module.css';

export type StateKind = 'good' | 'wait' | 'bad' | 'run' | 'idle';

const icons: Readonly<Partial<Record<StateKind, IconName>>> = {
  good: 'check',
  wait: 'clock',
  bad: 'alert',
};

export interface StateProps {
  readonly kind: StateKind;
  readonly children: ReactNode;
}

/** How something is going, in a word with an icon. */
export function State({ kind, children }: StateProps): ReactNode {
  const icon = icons[kind];
  return (
    <span className={styles['state']} data-kind={kind}>
      {icon === undefined ? <i className={styles['dot']} /> : <Icon name={icon} size="small" />}
      {children}
    </span>
  );
}
