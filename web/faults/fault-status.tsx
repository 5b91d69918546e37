import type { ReactNode } from 'react';
import { Icon } from '../parts/icon.tsx';
import { useWords } from '../words/use-words.ts';
import type { ArmedFault } from './armed-fault.ts';
import { faultLabels, type FaultLabels } from './fault-labels.ts';
import styles from './faults.module.css';
import type { FaultView } from './use-fault.ts';
import { faultsWords, type FaultsWords } from './words.ts';

/** Says which fault is armed, and whether it has happened. */
export function FaultStatus({ view }: { readonly view: FaultView }): ReactNode {
  const words = useWords(faultsWords);
  const labels = useWords(faultLabels);
  const { state, armed } = view;
  const stored = state.type === 'known' ? state.armed : undefined;
  const hasHappened = armed === undefined && stored !== undefined && stored.uses > 0;
  return (
    <p className={styles['status']} role="status" data-armed={armed !== undefined}>
      {hasHappened ? <Icon name="check" size="small" /> : <i className={styles['dot']} />}
      <span>{textOf(view, stored, { words, labels })}</span>
    </p>
  );
}

interface Wording {
  readonly words: FaultsWords;
  readonly labels: FaultLabels;
}

function textOf(
  { state, armed }: FaultView,
  stored: ArmedFault | undefined,
  { words, labels }: Wording,
): string {
  if (armed === 'offline') return words.offlineNow;
  if (state.type === 'unknown') return words.loading;
  if (stored === undefined) return words.noneArmed;
  const { fault, repeats, isArmed, uses } = stored;
  const name = labels.names[fault];
  const happened = uses > 0 ? ` ${words.uses(uses)}` : '';
  if (repeats) return words.armedEvery(name) + happened;
  if (isArmed) return words.armedNext(name);
  return uses > 0 ? words.used(name) + happened : words.inUse(name);
}
