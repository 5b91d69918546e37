'use client';

import { useSyncExternalStore } from 'react';
import type { Account } from '../chat/account/account.tsx';
import { useShell } from '../shell/shell-context.tsx';
import { accountKey } from './account-key.ts';
import { createDraftStore } from './draft-store.ts';

const drafts = createDraftStore();

const keyOf = (account: Account, conversationId: string | undefined): string =>
  accountKey(account, 'draft', conversationId ?? 'new');

/**
 * Returns the unsent text for a conversation, or for a new one, and how to change it. It survives
 * reloads and switching to other conversations. Setting it to '' forgets it.
 */
export function useDraft(
  conversationId: string | undefined,
): readonly [text: string, setText: (text: string) => void] {
  const { account } = useShell();
  const key = keyOf(account, conversationId);
  const text = useSyncExternalStore(
    drafts.subscribe,
    () => drafts.read(key),
    () => '',
  );
  return [text, (next) => drafts.write(key, next)];
}

/** Makes what was written meanwhile for a new conversation the draft of the one that has begun. */
export function adoptDraft(account: Account, conversationId: string): void {
  drafts.rename(keyOf(account, undefined), keyOf(account, conversationId));
}

/** Forgets the unsent text for a conversation that is gone. */
export function forgetDraft(account: Account, conversationId: string): void {
  drafts.forget(keyOf(account, conversationId));
}

/** Forgets what an account has not sent, and which branches it has chosen. */
export function forgetDrafts(account: Account): void {
  drafts.forget(accountKey(account, 'draft'));
  drafts.forget(accountKey(account, 'branch'));
}

/** Forgets everything that this device has of an account. */
export function forgetDevice(account: Account): void {
  drafts.forget(accountKey(account));
}
