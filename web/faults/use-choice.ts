'use client';

import { useRef, useState } from 'react';
import { goOffline, goOnline } from '../chat/network.ts';
import { useShell } from '../shell/shell-context.tsx';
import { useLanguage } from '../words/language.tsx';
import { useWords } from '../words/use-words.ts';
import { armFault, faultState } from './armed-fault.ts';
import type { Fault } from './fault-names.ts';
import type { FaultView } from './use-fault.ts';
import { faultsWords } from './words.ts';

/** What the reader has chosen in the panel, and what can be done with it. */
export interface Choice {
  readonly chosen: Fault | undefined;
  choose(fault: Fault): void;
  /** Whether it is for every answer, not only for the next one. */
  readonly repeats: boolean;
  setRepeats(repeats: boolean): void;
  arm(): void;
  disarm(): void;
  /** Arms the fault and sends a question. */
  tryIt(): void;
}

/** How long the network of this tab is lost, unless it is until the reader switches it on. */
const offlineMs = 8_000;

/** Holds what the reader has chosen. At first that is what is armed. */
export function useChoice(
  { state, armed }: FaultView,
  onAsk: ((question: string) => void) | undefined,
): Choice {
  const language = useLanguage();
  const words = useWords(faultsWords);
  const { openPanel } = useShell();
  const latestAsk = useRef(onAsk);
  latestAsk.current = onAsk;
  const stored = state.type === 'known' ? state.armed : undefined;
  const [picked, choose] = useState<Fault>();
  const [pickedOften, setRepeats] = useState<boolean>();
  const chosen = picked ?? armed ?? stored?.fault;
  const repeats = pickedOften ?? stored?.repeats ?? false;
  const arm = async (): Promise<void> => {
    goOnline();
    if (chosen !== 'offline') return armFault(chosen, repeats, language);
    if (stored?.isArmed === true) await armFault(undefined, false, language);
    goOffline(repeats ? undefined : offlineMs);
  };
  const tryIt = async (): Promise<void> => {
    await arm();
    if (chosen !== 'offline' && faultState().type === 'failed') return;
    latestAsk.current?.(words.question);
    // A panel that lies over the answer would hide it.
    if (window.matchMedia('(max-width: 1100px)').matches) openPanel(undefined);
  };
  return {
    chosen,
    choose,
    repeats,
    setRepeats,
    arm: () => void arm(),
    disarm() {
      goOnline();
      void armFault(undefined, false, language);
    },
    tryIt: () => void tryIt(),
  };
}
