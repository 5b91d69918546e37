'use client';

import { useEffect } from 'react';
import * as v from 'valibot';
import { attachmentJson } from '#protocol/conversation/attachment-schema.ts';
import { approvalRequired } from '#domain/model/tools.ts';
import { withoutQueued } from '../turn/conversation-state.ts';
import type { Outgoing } from '../turn/turn-actions.ts';
import type { ConversationStore } from './use-conversation-state.ts';

const storedQueue = v.array(
  v.object({ key: v.string(), text: v.string(), attachments: v.optional(v.array(attachmentJson)) }),
);

/**
 * Sends the messages of the queue, one after the other, when nothing is in progress. They are kept
 * in this tab for a reload and for readers who look at another conversation meanwhile.
 */
export function useQueue(
  { state, currentVisit }: ConversationStore,
  isBusy: boolean,
  send: (message: Outgoing) => void,
): void {
  const { conversationId, queue, isLoading, problem, turns } = state;
  const isWaiting = turns.at(-1)?.answer.stopReason === approvalRequired;
  const isReady = !isBusy && !isWaiting && problem === undefined;
  const [next] = queue;

  useEffect(() => {
    if (conversationId === undefined || isLoading) return;
    const stored = readQueue(conversationId);
    currentVisit().update((before) =>
      before.queue.length > 0 ? before : { ...before, queue: stored },
    );
  }, [conversationId, isLoading]);
  useEffect(() => {
    if (conversationId !== undefined && !isLoading) storeQueue(conversationId, queue);
  }, [conversationId, isLoading, queue]);

  useEffect(() => {
    if (!isReady || next === undefined) return undefined;
    const timer = setTimeout(
      () => {
        currentVisit().update((before) => withoutQueued(before, next.key));
        send(next);
      },
      (next.notBeforeMs ?? 0) - Date.now(),
    );
    return () => clearTimeout(timer);
  }, [isReady, next]);
}

const nameOf = (conversationId: string): string => `queue:${conversationId}`;

function readQueue(conversationId: string): v.InferOutput<typeof storedQueue> {
  const text = window.sessionStorage.getItem(nameOf(conversationId));
  if (text === null) return [];
  const parsed = v.safeParse(storedQueue, JSON.parse(text));
  return parsed.success ? parsed.output : [];
}

function storeQueue(conversationId: string, queue: ConversationStore['state']['queue']): void {
  if (queue.length === 0) window.sessionStorage.removeItem(nameOf(conversationId));
  else window.sessionStorage.setItem(nameOf(conversationId), JSON.stringify(queue));
}
