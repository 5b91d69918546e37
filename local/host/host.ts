import { provision } from '#local/cloudformation/custom-resources/provision.ts';
import { bind } from '#local/host/bind.ts';
import { stateOf, type LocalState } from '#local/host/state/local-state.ts';
import { plan, type LocalOptions } from '#local/host/plan.ts';
import { resolve } from '#local/host/resolve.ts';
import { createShutdown } from '#local/host/shutdown.ts';
import { start } from '#local/host/start.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';

export interface LocalSystem {
  readonly state: LocalState;
  /** Returns a function, by its logical id. */
  functionHost(logicalId: string): FunctionHost;
  /** How many function invocations have not finished. */
  runningFunctions(): number;
  close(): Promise<void>;
}

/**
 * Hosts a template. Everything is up when the promise resolves. If a step fails, all that the steps
 * before it opened is closed again.
 */
export async function startLocal(options: LocalOptions): Promise<LocalSystem> {
  await using starting = new AsyncDisposableStack();
  const shutdown = createShutdown(starting);
  const planned = await plan(options, shutdown);
  const bound = await bind(planned, shutdown);
  const resolved = await resolve(bound, await provision(bound, start));
  const running = await start(resolved, shutdown);
  const state = stateOf(running);
  const system = starting.move();
  return {
    state,
    functionHost(logicalId) {
      const host = running.hosts.find(({ definition }) => definition.key === logicalId);
      if (host === undefined) throw new Error(`There is no function ${logicalId}`);
      return host;
    },
    runningFunctions: () => running.hosts.reduce((count, host) => count + host.busy(), 0),
    close: () => system.disposeAsync(),
  };
}
