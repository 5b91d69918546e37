import type { Account } from '../chat/account/account.tsx';
import { storageKey } from './device-storage.ts';

/** Returns the name under which things of an account are stored on this device. */
export function accountKey(account: Account, ...parts: readonly string[]): string {
  const owner = account.type === 'user' ? `user:${account.name}` : 'guest';
  return storageKey(owner, ...parts);
}
