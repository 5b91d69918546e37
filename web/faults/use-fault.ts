'use client';

import { useEffect, useSyncExternalStore } from 'react';
import { isSwitchedOff, onNetworkSwitch } from '../chat/network.ts';
import { faultState, loadFault, onFaultState, type FaultState } from './armed-fault.ts';
import type { Fault } from './fault-names.ts';

export interface FaultView {
  readonly state: FaultState;
  /** The fault that the next answer will have. */
  readonly armed: Fault | undefined;
}

/** Returns the fault that is armed. Reads it anew when the reader returns to this tab. */
export function useFault(isLocal: boolean): FaultView {
  const state = useSyncExternalStore(onFaultState, faultState, () => unknown);
  const isOffline = useSyncExternalStore(onNetworkSwitch, isSwitchedOff, () => false);
  useEffect(() => {
    if (!isLocal) return undefined;
    const load = (): void => void loadFault();
    load();
    window.addEventListener('focus', load);
    return () => window.removeEventListener('focus', load);
  }, [isLocal]);
  if (isOffline) return { state, armed: 'offline' };
  const known = state.type === 'known' ? state.armed : undefined;
  return { state, armed: known?.isArmed === true ? known.fault : undefined };
}

const unknown: FaultState = { type: 'unknown' };
