import type { ReactNode } from 'react';
import { useWords } from '../words/use-words.ts';
import styles from './faults.module.css';
import { faultsWords } from './words.ts';

export interface FrequencyProps {
  /** Whether it is about the network of this tab, which is lost for a time. */
  readonly isOffline: boolean;
  readonly repeats: boolean;
  readonly onChange: (repeats: boolean) => void;
}

/** Whether a fault is for the next answer only. */
export function Frequency({ isOffline, repeats, onChange }: FrequencyProps): ReactNode {
  const words = useWords(faultsWords);
  const choices = [
    [false, isOffline ? words.offlineNext : words.next],
    [true, isOffline ? words.offlineEvery : words.every],
  ] as const;
  return (
    <fieldset className={styles['often']}>
      <legend>{words.often}</legend>
      <div className={styles['segment']}>
        {choices.map(([value, label]) => (
          <label key={label}>
            <input
              className="visually-hidden"
              type="radio"
              name="often"
              checked={repeats === value}
              onChange={() => onChange(value)}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
