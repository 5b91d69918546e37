import type { ServerResponse } from 'node:http';

/**
 * Handles a request in the background. `onError` answers it if `handle` fails. If that fails, too,
 * the connection is closed: no request may end the process.
 */
export function handleInBackground(
  response: ServerResponse,
  handle: () => Promise<void>,
  onError: (error: unknown) => void,
): void {
  handle()
    .catch(onError)
    .catch(() => response.destroy());
}
