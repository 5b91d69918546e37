'use client';

import type { ReactNode } from 'react';
import { Button } from '../parts/button.tsx';
import { PanelFrame } from '../shell/panel.tsx';
import { useShell } from '../shell/shell-context.tsx';
import { shellWords } from '../shell/words.ts';
import { useWords } from '../words/use-words.ts';
import { loadFault, type FaultState } from './armed-fault.ts';
import { FaultChoice } from './fault-choice.tsx';
import { modelFaults } from './fault-names.ts';
import { FaultStatus } from './fault-status.tsx';
import styles from './faults.module.css';
import { Frequency } from './frequency.tsx';
import { useChoice, type Choice } from './use-choice.ts';
import { useFault, type FaultView } from './use-fault.ts';
import { faultsWords } from './words.ts';

export interface FaultsPanelProps {
  /** Sends a question; undefined while an answer arrives. */
  readonly onAsk: ((question: string) => void) | undefined;
}

/** Lets the reader break answers of the local system on purpose. */
export function FaultsPanel({ onAsk }: FaultsPanelProps): ReactNode {
  const { faults: title } = useWords(shellWords);
  const words = useWords(faultsWords);
  const { isLocal, isBilled } = useShell();
  const view = useFault(isLocal);
  const choice = useChoice(view, onAsk);
  const { chosen, choose, repeats, setRepeats } = choice;
  return (
    <PanelFrame
      title={title}
      foot={<Foot view={view} choice={choice} canAsk={onAsk !== undefined} />}
    >
      <p className={styles['lead']}>{words.lead}</p>
      <p className={styles['lead']}>{isBilled ? words.billed : words.scope}</p>
      <FaultProblem state={view.state} />
      <div className={styles['choices']} role="radiogroup" aria-label={words.group}>
        {[...modelFaults, 'offline' as const].map((fault) => (
          <FaultChoice
            key={fault}
            fault={fault}
            isChosen={fault === chosen}
            isPossible={fault === 'offline' || !isBilled}
            onChoose={() => choose(fault)}
          />
        ))}
      </div>
      <Frequency isOffline={chosen === 'offline'} repeats={repeats} onChange={setRepeats} />
    </PanelFrame>
  );
}

interface FootProps {
  readonly view: FaultView;
  readonly choice: Choice;
  readonly canAsk: boolean;
}

/** What is armed, and what can be done. Switching off is possible whatever is known. */
function Foot({ view, choice, canAsk }: FootProps): ReactNode {
  const words = useWords(faultsWords);
  const { view: shown } = useShell();
  const { chosen } = choice;
  const canArm = chosen === 'offline' || (chosen !== undefined && view.state.type === 'known');
  const isOff = view.state.type !== 'failed' && view.armed === undefined;
  return (
    <div className={styles['foot']}>
      <FaultStatus view={view} />
      <div className={styles['buttons']}>
        <Button onClick={choice.disarm} disabled={isOff}>
          {words.disarm}
        </Button>
        <Button onClick={choice.arm} disabled={!canArm}>
          {words.arm}
        </Button>
        {shown.type === 'chat' && (
          <Button kind="primary" onClick={choice.tryIt} disabled={!canArm || !canAsk}>
            {words.tryIt}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Says that the local system could not be asked. */
function FaultProblem({ state }: { readonly state: FaultState }): ReactNode {
  const words = useWords(faultsWords);
  if (state.type !== 'failed') return undefined;
  return (
    <div className={styles['problem']} role="alert">
      <span>{words.failed}</span>
      <Button onClick={() => void loadFault()}>{words.tryAgain}</Button>
    </div>
  );
}
