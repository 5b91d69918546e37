import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startLocal, type LocalSystem } from '#local/host/host.ts';
import type { Load } from './upstream.ts';
import { writeRelayTemplate, type Relay } from './template.ts';

/** Functions on the local Lambda, in front of a Bedrock with minimal cost. */
export interface HostedRelays {
  readonly system: LocalSystem;
  setLoad(load: Load): Promise<void>;
  /** Asks a function for an answer. Throws if it has another status than 200. */
  call(relay: Relay): Promise<Response>;
  /** Resolves when no function runs any more. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the functions; `folder` is for files that are written. */
export async function hostRelays(folder: string, relays: readonly Relay[]): Promise<HostedRelays> {
  const { child: upstream, message: endpoint } = await startChild(
    join(import.meta.dirname, 'upstream.ts'),
  );
  const system = await startLocal({
    template: await writeRelayTemplate(folder, relays),
    port: 0,
    data: join(folder, 'data'),
    bedrock: { pace: { ttftMs: 0, tokensPerSecond: 0, jitter: 0 } },
    endpoints: { 'bedrock-runtime': endpoint },
    log: () => undefined,
  });
  return {
    system,
    async setLoad(load) {
      upstream.send(load);
      await once(upstream, 'message');
    },
    async call(relay) {
      const answer = await fetch(system.state.functions[relay.name]?.url ?? '', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"prompt":"Hi","format":"data"}',
      });
      if (answer.ok) return answer;
      throw new Error(`${relay.name}: HTTP ${answer.status}: ${await answer.text()}`);
    },
    async idle() {
      while (system.runningFunctions() > 0) await setTimeout(1);
    },
    async close() {
      await system.close();
      upstream.kill();
    },
  };
}

/** Starts a file in a process of its own, and returns the first message that it sends. */
export async function startChild(
  file: string,
): Promise<{ readonly child: ChildProcess; readonly message: string }> {
  const child = fork(file);
  const [message] = await once(child, 'message');
  return { child, message: String(message) };
}

/** Returns the CPU time of all threads of a function's environments, in milliseconds. */
export function cpuMs(system: LocalSystem, relay: Relay): number {
  const files = system
    .functionHost(relay.name)
    .pids()
    .flatMap((pid) =>
      readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}/schedstat`),
    );
  return files.reduce(
    (sum, file) => sum + Number(readFileSync(file, 'utf8').split(' ')[0]) / 1e6,
    0,
  );
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
