'use client';

import { useEffect, useRef, useState } from 'react';
import { readConversation } from '../api.ts';

/** How long after a look at a conversation that is being answered the next one comes. */
const lookMs = 2_000;

/**
 * Returns the conversations that are being answered as far as this tab knows: the open one, and those
 * that the reader left during an answer. Calls `onEnd` when one of those has its answer.
 */
export function useAnswering(
  openId: string | undefined,
  isLive: boolean,
  onEnd: () => void,
): ReadonlySet<string> {
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const before = useRef<string>(undefined);
  const latest = useRef(onEnd);
  latest.current = onEnd;

  useEffect(() => {
    const leftId = before.current;
    before.current = isLive ? openId : undefined;
    if (leftId === undefined || leftId === openId) return;
    setLeft((ids) => new Set(ids).add(leftId));
  }, [openId, isLive]);

  useEffect(() => {
    if (left.size === 0) return undefined;
    const look = async (): Promise<void> => {
      const ended = await endedOf([...left]);
      if (ended.length > 0) latest.current();
      setLeft((ids) => new Set([...ids].filter((id) => !ended.includes(id))));
    };
    const timer = window.setTimeout(() => void look(), lookMs);
    return () => window.clearTimeout(timer);
  }, [left]);

  return new Set(isLive && openId !== undefined ? [...left, openId] : left);
}

async function endedOf(ids: readonly string[]): Promise<readonly string[]> {
  const states = await Promise.all(
    ids.map(async (id) => ({ id, isLive: await isBeingAnswered(id) })),
  );
  return states.filter(({ isLive }) => !isLive).map(({ id }) => id);
}

/** Whether the newest turn of a conversation has no answer yet. */
async function isBeingAnswered(id: string): Promise<boolean> {
  try {
    const { turns } = await readConversation(id, undefined, 1);
    return turns.at(-1)?.state === 'running';
  } catch {
    return false;
  }
}
