import { forgetStored, readStored, store } from './device-storage.ts';

/** Texts that are not sent yet, by their names in the storage of this device. */
export interface DraftStore {
  read(key: string): string;
  /** Changes a draft. An empty one is forgotten. */
  write(key: string, text: string): void;
  /** Gives a draft another name. The page shows it under the new one from its next change on. */
  rename(from: string, to: string): void;
  /** Forgets a draft and all below its name. */
  forget(key: string): void;
  subscribe(listener: () => void): () => void;
}

/** Creates a store. What this tab writes is its own until the page is loaded again. */
export function createDraftStore(): DraftStore {
  const drafts = new Map<string, string>();
  const listeners = new Set<() => void>();
  const put = (key: string, text: string): void => {
    drafts.set(key, text);
    store(key, text === '' ? undefined : text);
  };
  const read = (key: string): string => {
    const known = drafts.get(key) ?? readStored(key) ?? '';
    drafts.set(key, known);
    return known;
  };
  const emit = (): void => listeners.forEach((listener) => listener());
  return {
    read,
    write(key, text) {
      put(key, text);
      emit();
    },
    rename(from, to) {
      put(to, read(from));
      put(from, '');
    },
    forget(key) {
      for (const name of drafts.keys()) {
        if (name === key || name.startsWith(`${key}.`)) drafts.set(name, '');
      }
      forgetStored(key);
      emit();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
