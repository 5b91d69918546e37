import { watch } from 'node:fs';
import type { FunctionHost } from '#local/lambda/function-host.ts';

/** Editors and bundlers write in several steps, so a reload waits for a pause. */
const debounceMs = 100;

/**
 * Watches the code of functions and reloads it when it changes. New invocations run the new code;
 * invocations in progress finish on the old code. Disposing `cleanup` stops watching.
 */
export function watchCode(
  hosts: readonly FunctionHost[],
  log: (line: string) => void,
  cleanup: AsyncDisposableStack,
): void {
  for (const host of hosts) {
    const { key, sources } = host.definition;
    for (const source of sources) {
      let debounce: NodeJS.Timeout | undefined;
      const reload = async (): Promise<void> => {
        try {
          await host.definition.rebuild();
          host.reload();
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
