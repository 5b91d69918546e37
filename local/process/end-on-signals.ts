import { setTimeout as sleep } from 'node:timers/promises';

export interface EndOptions {
  /** One piece of work, in the singular: `running function`. */
  readonly workName: string;
  /** How many pieces of work have not finished. */
  countWork(): number;
  /** Ends what the command has started. */
  close(): Promise<unknown>;
}

/** Under npm, Ctrl-C arrives twice: from the terminal, and from npm, which forwards its own. */
const duplicateMs = 500;

/** How often the command looks whether its work has finished. */
const pollMs = 100;

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Ends a command on SIGINT and SIGTERM: it waits until its work has finished, then closes. A second
 * signal exits at once. SIGHUP closes without waiting, as the user has left. Returns a function
 * that closes the command, unless a signal is ending it already.
 */
export function endOnSignals(options: EndOptions): () => void {
  let signalledMs: number | undefined;
  let isClosing = false;
  const close = (): void => {
    if (isClosing) return;
    isClosing = true;
    options.close().catch(reportFailure);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const nowMs = performance.now();
      if (signalledMs === undefined) {
        signalledMs = nowMs;
        finishWork(options).then(close, reportFailure);
      } else if (nowMs - signalledMs > duplicateMs) process.exit(exitCodes[signal]);
    });
  }
  process.on('SIGHUP', close);
  closeAfterNpm(close);
  return () => {
    if (signalledMs === undefined) close();
  };
}

async function finishWork({ workName, countWork }: EndOptions): Promise<void> {
  const count = countWork();
  if (count === 0) return;
  const work = `${count} ${workName}${count === 1 ? '' : 's'}`;
  console.log(`Stopping: waiting for ${work} to finish. Press Ctrl-C again to stop at once.`);
  while (countWork() > 0) await sleep(pollMs);
  // The last bytes of a response may still be on their way to the client.
  await sleep(pollMs);
}

function reportFailure(error: unknown): void {
  console.error(error);
  process.exitCode = 1;
}

/** npm may end without ending what it started. The process then gets another parent. */
function closeAfterNpm(close: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    close();
  }, 500);
  watch.unref();
}
