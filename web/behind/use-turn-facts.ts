'use client';

import { useEffect, useState } from 'react';
import * as v from 'valibot';
import type { TurnJson } from '#protocol/conversation/conversation-schema.ts';
import { readConversation, toError } from '../chat/api.ts';
import type { Arrivals } from './arrivals/arrivals.ts';
import { spansJson, type SpanJson } from './timeline/spans-json.ts';
import { watchedTurn } from './arrivals/watched-turns.ts';

/** Something that is loaded when the answer has ended. */
export type Loaded<Value> =
  | { readonly type: 'waiting' | 'loading' | 'absent' }
  | { readonly type: 'failed'; readonly retry: () => void }
  | { readonly type: 'loaded'; readonly value: Value };

/** Twice a second is often enough to follow an answer. */
const refreshMs = 500;

/** Returns what this tab saw of a turn, renewed twice a second while its answer arrives. */
export function useArrivals(key: string, isLive: boolean): Arrivals | undefined {
  const [, setVersion] = useState(0);
  useEffect(() => {
    if (!isLive) return undefined;
    const show = (): void => setVersion(watchedTurn(key)?.version ?? 0);
    const timer = setInterval(show, refreshMs);
    return () => clearInterval(timer);
  }, [key, isLive]);
  return watchedTurn(key)?.arrivals();
}

/** A turn whose answer has ended; its id is undefined before. */
export interface TurnIds {
  readonly conversationId: string | undefined;
  readonly turnId: string | undefined;
}

/** Returns a turn as it is stored. */
export function useStoredTurn(ids: TurnIds): Loaded<TurnJson> {
  return useLoaded(ids, findTurn);
}

/** Returns the spans of a turn's trace, if the system is local. */
export function useSpans(
  { conversationId, turnId }: TurnIds,
  isLocal: boolean,
): Loaded<readonly SpanJson[]> {
  const loaded = useLoaded({ conversationId, turnId: isLocal ? turnId : undefined }, readSpans);
  return isLocal ? loaded : { type: 'absent' };
}

type Load<Value> = (
  conversationId: string,
  turnId: string,
  signal: AbortSignal,
) => Promise<Value | undefined>;

function useLoaded<Value>({ conversationId, turnId }: TurnIds, load: Load<Value>): Loaded<Value> {
  const [loaded, setLoaded] = useState<Loaded<Value>>({ type: 'waiting' });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    setLoaded({ type: turnId === undefined ? 'waiting' : 'loading' });
    if (conversationId === undefined || turnId === undefined) return undefined;
    const show = (next: Loaded<Value>): void => {
      if (!signal.aborted) setLoaded(next);
    };
    load(conversationId, turnId, signal).then(
      (value) => show(value === undefined ? { type: 'absent' } : { type: 'loaded', value }),
      () => show({ type: 'failed', retry: () => setAttempt(attempt + 1) }),
    );
    return () => stop.abort();
  }, [conversationId, turnId, attempt, load]);
  return loaded;
}

const findTurn: Load<TurnJson> = async (conversationId, turnId, signal) => {
  let cursor: string | undefined;
  do {
    const page = await readConversation(conversationId, cursor);
    const turn = page.turns.find(({ turn_id: id }) => id === turnId);
    if (turn !== undefined) return turn;
    ({ cursor } = page);
  } while (cursor !== undefined && !signal.aborted);
  return undefined;
};

/** A trace is exported when the answer has ended, which takes up to 300 ms. */
const exportAttempts = 6;

const readSpans: Load<readonly SpanJson[]> = async (conversationId, turnId, signal) => {
  const query = new URLSearchParams({ conversation: conversationId, turn: turnId });
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(`/api/local/traces?${query}`, { signal });
    if (!response.ok) throw await toError(response);
    const { spans } = v.parse(spansJson, await response.json());
    if (spans.length > 0) return spans;
    if (attempt === exportAttempts) return undefined;
    await new Promise((resolve) => setTimeout(resolve, refreshMs));
  }
};
