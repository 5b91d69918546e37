import { watch } from 'node:fs';
import type { FunctionHost } from '#local/lambda/function-host.ts';

/** Editors and bundlers write in several steps. */
const settleMs = 100;

/**
 * Has functions run changed code from their next invocation on; streams under way end on the code
 * they began with. The stack ends the watching.
 */
export function watchCode(
  hosts: readonly FunctionHost[],
  log: (line: string) => void,
  starting: AsyncDisposableStack,
): void {
  for (const host of hosts) {
    const { key, sources } = host.definition;
    for (const source of sources) {
      let settling: NodeJS.Timeout | undefined;
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
        clearTimeout(settling);
        settling = setTimeout(() => void reload(), settleMs);
      });
      watcher.on('error', () => watcher.close());
      starting.defer(() => {
        clearTimeout(settling);
        watcher.close();
      });
    }
  }
}
