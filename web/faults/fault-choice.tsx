import type { ReactNode } from 'react';
import { Icon } from '../parts/icon.tsx';
import { useWords } from '../words/use-words.ts';
import { faultLabels } from './fault-labels.ts';
import type { Fault } from './fault-names.ts';
import styles from './faults.module.css';
import { faultsWords } from './words.ts';

export interface FaultChoiceProps {
  readonly fault: Fault;
  readonly isChosen: boolean;
  readonly isPossible: boolean;
  readonly onChoose: () => void;
}

/** What each fault is in a scenario of the local Bedrock, for who writes one. */
const wire: Readonly<Record<Fault, string>> = {
  stall: 'stall',
  throttle: 'ThrottlingException',
  cut: 'cut: rst',
  frame: 'cut: partial_frame',
  timeout: 'ModelTimeoutException',
  guardrail: 'guardrail: output',
  filter: 'content_filtered',
  slow: 'tps: 5',
  unavailable: 'eol: true',
  offline: '',
};

/** A fault that the reader can choose, with what it does once it is chosen. */
export function FaultChoice(props: FaultChoiceProps): ReactNode {
  const { fault, isChosen, isPossible, onChoose } = props;
  const words = useWords(faultsWords);
  const { names } = useWords(faultLabels);
  const { what, expect } = words.faults[fault];
  return (
    <div className={`${styles['choice']} ${isChosen ? styles['on'] : ''}`}>
      <label>
        <input
          className={styles['radio']}
          type="radio"
          name="fault"
          checked={isChosen}
          disabled={!isPossible}
          onChange={onChoose}
        />
        <b>{names[fault]}</b>
        <span className="mono" aria-hidden="true">
          {wire[fault]}
        </span>
      </label>
      {isChosen && (
        <div className={styles['body']}>
          {what}
          <div className={styles['expect']}>
            <Icon name="check" size="small" />
            <span>
              {words.expect} {expect}
            </span>
          </div>
        </div>
      )}
    </div>
  );
}
