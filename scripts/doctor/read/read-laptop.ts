import { readFile } from 'node:fs/promises';
import net from 'node:net';
import type { LocalState } from '#local/host/state/local-state.ts';
import { artifacts } from '#scripts/build.ts';
import type { LaptopFacts } from '#scripts/doctor/checks/laptop.ts';
import { stateOf } from '#scripts/refresh.ts';

/** A system of `npm start` or `npm run local`, by its state file. */
export type RunningSystem =
  | { readonly type: 'running'; readonly state: LocalState }
  | { readonly type: 'dead' | 'absent' };

/** Returns the system that a state file describes, if it answers. */
export async function readSystem(stateFile: string): Promise<RunningSystem> {
  const text = await readFile(stateFile, 'utf8').catch(() => undefined);
  if (text === undefined) return { type: 'absent' };
  const state = parseState(stateFile, text);
  const { hostname, port } = new URL(state.endpoints.aws);
  const answers = await isTaken(Number(port), hostname);
  return answers ? { type: 'running', state } : { type: 'dead' };
}

/** Throws a sentence that names the file if it does not describe a system. */
function parseState(stateFile: string, text: string): LocalState {
  try {
    const state: LocalState = JSON.parse(text);
    if (URL.canParse(state.endpoints.aws)) return state;
  } catch {
    // Not JSON, or without the address: the same remedy.
  }
  throw new Error(
    `${stateFile} does not describe a running system. Delete it, and start the system again.`,
  );
}

/** The ports of `npm start`, with the options that change them. */
const startPorts = [
  { port: 4566, option: '--port' },
  { port: 3000, option: '--web-port' },
];

/** Reads this machine and this checkout. The ports count only while no system runs. */
export async function readLaptop(system: RunningSystem, stateFile: string): Promise<LaptopFacts> {
  const states = await Promise.all(
    Object.values(artifacts).map(async (artifact) => {
      return { name: `the ${artifact.name}`, state: await stateOf(artifact) };
    }),
  );
  const taken = await Promise.all(startPorts.map(({ port }) => isTaken(port)));
  return {
    nodeVersion: process.versions.node,
    stale: states
      .filter(({ state }) => state !== 'current')
      .map(({ name, state }) => ({ name, isMissing: state === 'missing' })),
    takenPorts: system.type === 'running' ? [] : startPorts.filter((_, index) => taken[index]),
    deadState: system.type === 'dead' ? stateFile : undefined,
  };
}

/** Returns whether something listens on a port of this machine. */
function isTaken(port: number, host = '127.0.0.1'): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = net.connect({ port, host });
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}
