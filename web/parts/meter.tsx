import type { ReactNode } from 'react';
import styles from './meter.module.css';

export interface MeterProps {
  readonly label: string;
  /** From 0 to 1. More is shown as 1. */
  readonly share: number;
  /** What a screen reader says instead of a percentage. */
  readonly text?: string;
  /** Whether this is how much is done, instead of an amount. */
  readonly isProgress?: boolean;
  /** Whether little is left. */
  readonly isHigh?: boolean;
}

/** A bar that is filled up to a share of something. */
export function Meter({ label, share, text, isProgress, isHigh }: MeterProps): ReactNode {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div
      className={styles['meter']}
      role={isProgress === true ? 'progressbar' : 'meter'}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={text}
      data-high={isHigh}
    >
      <i style={{ width: `${percent}%` }} />
    </div>
  );
}
