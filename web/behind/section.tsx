import type { ReactNode } from 'react';
import styles from './behind.module.css';

export interface SectionProps {
  readonly title: string;
  readonly note?: ReactNode;
  readonly children: ReactNode;
}

/** A part of the panel with a heading, and a short note at its right. */
export function Section({ title, note, children }: SectionProps): ReactNode {
  return (
    <section className={styles['section']}>
      <div className={styles['head']}>
        <h3>{title}</h3>
        {note !== undefined && <span>{note}</span>}
      </div>
      {children}
    </section>
  );
}
