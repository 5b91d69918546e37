import * as v from 'valibot';
import { toError } from '../chat/api.ts';
import type { Language } from '../words/languages.ts';
import { faultMark, type ModelFault } from './fault-names.ts';
import { faultsJson, type FaultsJson } from './faults-json.ts';

/** The fault that the local Bedrock produces for the reader. */
export interface ArmedFault {
  readonly fault: ModelFault;
  /** Whether it applies to every answer, not only to the next one. */
  readonly repeats: boolean;
  /** Whether it will apply to the next answer. */
  readonly isArmed: boolean;
  /** To how many calls of models it has been applied. */
  readonly uses: number;
}

/** What is known of the fault. The local Bedrock stores it, so that a reload finds it again. */
export type FaultState =
  | { readonly type: 'unknown' }
  | { readonly type: 'failed' }
  | { readonly type: 'known'; readonly armed: ArmedFault | undefined };

const path = '/api/local/faults';
/** Where this tab stores the mark that it has sent last. */
const takenItem = 'streambed.fault';

let state: FaultState = { type: 'unknown' };
let mark: string | undefined;
/** The mark that each request was sent with, by its key: a repeated request must be the same. */
const taken = new Map<string, string | undefined>();
const listeners = new Set<() => void>();

/** Returns what is known of the fault. */
export function faultState(): FaultState {
  return state;
}

/** Calls a listener when the fault changes. Returns a function that ends that. */
export function onFaultState(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Reads which fault is armed. Never throws: the state says whether it failed. */
export function loadFault(): Promise<void> {
  return change({});
}

/** Arms a fault in place of an earlier one, or switches it off if undefined. Never throws. */
export function armFault(
  fault: ModelFault | undefined,
  repeats: boolean,
  language: Language,
): Promise<void> {
  return change({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ fault: fault ?? null, repeats, language }),
  });
}

/**
 * Returns the metadata of the request with this key, which makes the armed fault apply to it;
 * undefined if none is armed.
 */
export function takeFault(key: string): Readonly<Record<string, string>> | undefined {
  if (!taken.has(key)) taken.set(key, takeMark());
  const own = taken.get(key);
  return own === undefined ? undefined : { [faultMark]: own };
}

/** Reads how often the fault was applied, if the request with this key had it. */
export function settleFault(key: string): void {
  if (taken.get(key) !== undefined) void loadFault();
}

function takeMark(): string | undefined {
  const armed = state.type === 'known' ? state.armed : undefined;
  if (armed?.isArmed !== true) return undefined;
  if (!armed.repeats) set({ type: 'known', armed: { ...armed, isArmed: false } });
  // A reload in mid-answer must not give the fault to another answer.
  if (mark !== undefined) sessionStorage.setItem(takenItem, mark);
  return mark;
}

/** Requests follow each other, so that the last one decides. */
let latest: Promise<void> = Promise.resolve();

function change(init: RequestInit): Promise<void> {
  latest = request(latest, init);
  return latest;
}

async function request(previous: Promise<void>, init: RequestInit): Promise<void> {
  await previous;
  try {
    const response = await fetch(path, init);
    if (!response.ok) throw await toError(response);
    receive(v.parse(faultsJson, await response.json()));
  } catch {
    set({ type: 'failed' });
  }
}

function receive({ armed }: FaultsJson): void {
  mark = armed?.mark;
  if (armed === null) return set({ type: 'known', armed: undefined });
  const { fault, repeats, uses } = armed;
  const isTaken = sessionStorage.getItem(takenItem) === armed.mark;
  set({
    type: 'known',
    armed: { fault, repeats, uses, isArmed: repeats || (uses === 0 && !isTaken) },
  });
}

function set(next: FaultState): void {
  state = next;
  for (const listener of listeners) listener();
}
