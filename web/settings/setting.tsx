import type { ReactNode } from 'react';
import styles from './settings.module.css';

export interface GroupProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** Settings that belong together. */
export function Group({ title, children }: GroupProps): ReactNode {
  return (
    <section className={styles.group}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

export interface SettingProps {
  readonly name: string;
  readonly hint?: string;
  /** What changes the setting, at the end of its line. */
  readonly control?: ReactNode;
  /** What stands below the line. */
  readonly children?: ReactNode;
}

/** One setting: its name, what it means, and what changes it. */
export function Setting({ name, hint, control, children }: SettingProps): ReactNode {
  return (
    <div className={styles.setting}>
      <div>
        <b>{name}</b>
        {hint !== undefined && <p>{hint}</p>}
      </div>
      {control !== undefined && <div className={styles.controls}>{control}</div>}
      {children !== undefined && <div className={styles.wide}>{children}</div>}
    </div>
  );
}
