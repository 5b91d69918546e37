/** Everything that the page stores on this device begins so. */
const prefix = 'streambed';

/** Returns the name of something that is stored on this device. */
export function storageKey(...parts: readonly string[]): string {
  return [prefix, ...parts.map(encodeURIComponent)].join('.');
}

/** Returns what is stored on this device; undefined if there is nothing, or no storage. */
export function readStored(key: string): string | undefined {
  try {
    return window.localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Stores a text on this device; without one, forgets it. A browser may have no storage, or none left. */
export function store(key: string, text: string | undefined): void {
  try {
    if (text === undefined) window.localStorage.removeItem(key);
    else window.localStorage.setItem(key, text);
  } catch {
    // The page works without it, until it is closed.
  }
}

/** Forgets everything that is stored under a name and below it. */
export function forgetStored(key: string): void {
  try {
    const names = Object.keys(window.localStorage);
    for (const name of names) {
      if (name === key || name.startsWith(`${key}.`)) window.localStorage.removeItem(name);
    }
  } catch {
    // There is no storage, so there is nothing to forget.
  }
}
