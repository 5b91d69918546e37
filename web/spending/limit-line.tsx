import type { ReactNode } from 'react';
import { Meter } from '../parts/meter.tsx';
import { formatNumber } from '../requests/formats.ts';
import { useWords } from '../words/use-words.ts';
import styles from './spending.module.css';
import { spendingWords } from './words.ts';

export interface LimitLineProps {
  readonly label: string;
  /** What is used of the limit: 1 is all of it. */
  readonly share: number;
  readonly value: string;
  readonly resetTime: string;
}

/** From this share on, what is left is shown. */
const highShare = 0.75;

/** How much of a limit is used, and when it is reset. */
export function LimitLine({ label, share, value, resetTime }: LimitLineProps): ReactNode {
  const words = useWords(spendingWords);
  const isHigh = share >= highShare;
  const left = formatNumber(Math.max(0, 1 - share), { style: 'percent' });
  const note =
    share >= 1
      ? words.usedUp(resetTime)
      : isHigh
        ? words.left(left, resetTime)
        : words.resetsAt(resetTime);
  return (
    <div>
      <div className={styles['limit']}>
        {label}
        <span>{value}</span>
      </div>
      <Meter label={label} share={share} text={value} isHigh={isHigh} />
      <small>{note}</small>
    </div>
  );
}
