'use client';

import { useEffect, useRef } from 'react';
import { callApi } from '../call-api.ts';
import { conversationPath } from '../api.ts';
import { withChoice, type Choices } from '../choices/choices.ts';
import type { ConversationStore } from './use-conversation-state.ts';

/**
 * Stores what is chosen for a conversation with it; for a new one, which begins with the reader's
 * defaults, once it has begun. Returns a function that changes the choices.
 */
export function useChoices(
  { state, currentVisit }: ConversationStore,
  readDefaults: () => Choices,
): (changes: Partial<Choices>) => void {
  const { conversationId, choices, areChoicesStored } = state;
  const choose = (changes: Partial<Choices>): void =>
    currentVisit().update((before) => ({
      ...before,
      choices: withChoice(before.choices, changes),
      areChoicesStored: false,
    }));
  const { signal } = currentVisit();
  useEffect(() => {
    const defaults = conversationId === undefined ? readDefaults() : {};
    if (Object.keys(defaults).length > 0) choose(defaults);
  }, [signal]);
  const storing = useRef(Promise.resolve());
  useEffect(() => {
    if (areChoicesStored || conversationId === undefined) return;
    currentVisit().update((before) => ({ ...before, areChoicesStored: true }));
    // One after the other, so that the last choice is what is stored.
    storing.current = storing.current.then(() => storeChoices(conversationId, choices));
  }, [areChoicesStored, conversationId, choices]);
  return choose;
}

/** Without a connection the choices hold until the page is left: they go with each message. */
async function storeChoices(conversationId: string, settings: Choices): Promise<void> {
  await callApi(conversationPath(conversationId), {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ settings }),
  }).catch(() => undefined);
}
