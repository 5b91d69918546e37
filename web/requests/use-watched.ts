'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import { usePolling } from './use-polling.ts';

export interface Watched<Found> {
  /** Undefined until it has loaded. */
  readonly found: Found | undefined;
  readonly error: unknown;
  reload(): void;
}

/** What is watched: an entry of a list, whose details are loaded. */
export interface WatchedEntry<Entry, Found> {
  readonly entry: Entry;
  readonly id: string;
  load(id: string): Promise<Found>;
  isUnfinished(of: Entry | Found): boolean;
}

/** Loads what an entry of a list stands for, again and again until it is finished. */
export function useWatched<Entry extends { readonly status: string }, Found>({
  entry,
  id,
  load,
  isUnfinished,
}: WatchedEntry<Entry, Found>): Watched<Found> {
  const [found, setFound] = useState<Found>();
  const [error, setError] = useState<unknown>();
  const latest = useRef(load);
  latest.current = load;
  const look = useCallback(async (): Promise<string> => {
    try {
      const next = await latest.current(id);
      setFound(next);
      setError(undefined);
      return JSON.stringify(next);
    } catch (failure) {
      setError(failure);
      throw failure;
    }
  }, [id]);
  const reload = useCallback(() => void look().catch(() => undefined), [look]);
  // The list may notice first that it has gone on.
  useEffect(reload, [reload, entry.status]);
  usePolling(isUnfinished(found ?? entry), look);
  return { found, error, reload };
}
