/** The switch that takes this tab off the network, to see how the page copes. */
let isOffline = false;
let cut = new AbortController();
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

/** Calls `fetch`, which fails as if the network were lost while this tab is switched off. */
export async function fetchOverNetwork(url: string, init: RequestInit = {}): Promise<Response> {
  if (isOffline) throw networkLost();
  const signals = init.signal ? [init.signal, cut.signal] : [cut.signal];
  return fetch(url, { ...init, signal: AbortSignal.any(signals) });
}

/**
 * Takes this tab off the network: connections break, and new ones fail. `forMs` later it is back,
 * or when `goOnline` is called.
 */
export function goOffline(forMs?: number): void {
  clearTimeout(timer);
  if (forMs !== undefined) timer = setTimeout(goOnline, forMs);
  isOffline = true;
  cut.abort(networkLost());
  for (const listener of listeners) listener();
}

/** Brings this tab back to the network. Whoever waits for it is informed as by the browser. */
export function goOnline(): void {
  clearTimeout(timer);
  if (!isOffline) return;
  isOffline = false;
  cut = new AbortController();
  for (const listener of listeners) listener();
  window.dispatchEvent(new Event('online'));
}

/** Calls a listener when the switch changes. Returns a function that ends that. */
export function onNetworkSwitch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Returns whether this tab is switched off. */
export function isSwitchedOff(): boolean {
  return isOffline;
}

/** What `fetch` and the body of a response throw when the network fails. */
function networkLost(): TypeError {
  return new TypeError('network error');
}
