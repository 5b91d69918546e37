import { recordArrivals, type ArrivalRecorder } from './arrivals.ts';

/** What this tab saw of its latest turns, by their keys. It is no state of React, so that nothing renders for an event. */
const watched = new Map<string, ArrivalRecorder>();

const maxTurns = 30;

/** Begins to record the answer of a turn; `isWhole` unless it has begun already. */
export function watchTurn(key: string, isWhole: boolean): ArrivalRecorder {
  const recorder = recordArrivals(isWhole);
  watched.delete(key);
  watched.set(key, recorder);
  for (const oldest of [...watched.keys()].slice(0, -maxTurns)) watched.delete(oldest);
  return recorder;
}

/** Returns what this tab saw of a turn; undefined if it did not watch it. */
export function watchedTurn(key: string): ArrivalRecorder | undefined {
  return watched.get(key);
}
