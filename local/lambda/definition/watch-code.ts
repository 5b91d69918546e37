import { watch } from 'node:fs';
import type { FunctionHost } from '#local/lambda/function-host.ts';

/** Editors and bundlers write in several steps, so a reload waits for a pause. */
const debounceMs = 100;

/** Code that is loaded again when one of its folders changes. */
export interface WatchedCode {
  /** What has the code, for the log. */
  readonly key: string;
  readonly sources: readonly string[];
  reload(): Promise<void> | void;
}

/** Returns the code of a function. */
export function functionCode(host: FunctionHost): WatchedCode {
  const { key, sources } = host.definition;
  return {
    key,
    sources,
    async reload() {
      await host.definition.rebuild();
      host.reload();
    },
  };
}

/**
 * Watches code and reloads it when it changes. New invocations run the new code; invocations in
 * progress finish on the old code. Disposing `cleanup` stops watching.
 */
export function watchCode(
  watched: readonly WatchedCode[],
  log: (line: string) => void,
  cleanup: AsyncDisposableStack,
): void {
  for (const code of watched) {
    const { key, sources } = code;
    for (const source of sources) {
      let debounce: NodeJS.Timeout | undefined;
      const reload = async (): Promise<void> => {
        try {
          await code.reload();
          log(`${key}  reloaded`);
        } catch (error) {
          log(`${key}  ! not reloaded: ${error instanceof Error ? error.message : String(error)}`);
        }
      };
      const watcher = watch(source, { recursive: true }, (_, file) => {
        if (file?.includes('node_modules') === true) return;
        clearTimeout(debounce);
        debounce = setTimeout(() => void reload(), debounceMs);
      });
      watcher.on('error', () => watcher.close());
      cleanup.defer(() => {
        clearTimeout(debounce);
        watcher.close();
      });
    }
  }
}
