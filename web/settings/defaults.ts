import * as v from 'valibot';
import type { Account } from '../chat/account/account.tsx';
import { accountKey } from '../drafts/account-key.ts';
import { readStored, store } from '../drafts/device-storage.ts';

const defaultsJson = v.object({
  /** The id of a model; absent for the model of the deployment. */
  model: v.optional(v.string()),
  /** Instructions for the model. */
  system: v.optional(v.string()),
});

/** What a new conversation begins with, on this device. */
export type Defaults = v.InferOutput<typeof defaultsJson>;

/** Returns with what an account's new conversations begin on this device. */
export function readDefaults(account: Account): Defaults {
  const text = readStored(keyOf(account));
  if (text === undefined) return {};
  try {
    return v.parse(defaultsJson, JSON.parse(text));
  } catch {
    return {};
  }
}

/** Stores with what an account's new conversations begin on this device. */
export function writeDefaults(account: Account, { model, system }: Defaults): void {
  const defaults: Defaults = {
    ...(model === undefined ? {} : { model }),
    ...(system === undefined || system.trim() === '' ? {} : { system }),
  };
  const isEmpty = Object.keys(defaults).length === 0;
  store(keyOf(account), isEmpty ? undefined : JSON.stringify(defaults));
}

function keyOf(account: Account): string {
  return accountKey(account, 'defaults');
}
