import type { Account } from '../chat/account/account.tsx';
import { accountKey } from './account-key.ts';
import { readStored, store } from './device-storage.ts';

/** Where the last turn of the branch is stored that the reader has chosen in each conversation. */
export interface ChosenBranches {
  /** Returns the id of the turn; undefined if the newest branch is shown. */
  read(conversationId: string): string | undefined;
  write(conversationId: string, turnId: string | undefined): void;
}

/** Returns the chosen branches of an account on this device. */
export function chosenBranches(account: Account): ChosenBranches {
  const keyOf = (conversationId: string): string => accountKey(account, 'branch', conversationId);
  return {
    read: (conversationId) => readStored(keyOf(conversationId)),
    write: (conversationId, turnId) => store(keyOf(conversationId), turnId),
  };
}
