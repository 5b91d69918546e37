import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';
import { runtimeCommand, type Bootstraps } from '#local/lambda/environment/runtimes.ts';

export interface RuntimeProcessSettings {
  readonly definition: FunctionDefinition;
  readonly bootstraps: Bootstraps;
  /** Flags of Node, for debugging. */
  readonly flags: readonly string[];
  /** All environment variables of the process except those of its runtime. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Killed when this process exits, however it exits. */
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach(killGroup));

/** Starts the process of an execution environment and emits the lines of stdout and stderr. */
export function spawnRuntime(
  { definition, bootstraps, variables, flags }: RuntimeProcessSettings,
  runtimeApi: string,
  onLine: (line: string) => void,
): ChildProcess {
  const { command, args, variables: paths } = runtimeCommand(definition, bootstraps, flags);
  const env = { ...paths, ...variables, AWS_LAMBDA_RUNTIME_API: runtimeApi };
  return spawnInGroup({ command, args, env, cwd: definition.root }, onLine);
}

export interface ProcessSettings {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All environment variables. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts a process in a group of its own and emits the lines of stdout and stderr. The group is
 * killed when this process exits.
 */
export function spawnInGroup(
  { command, args, cwd, env }: ProcessSettings,
  onLine: (line: string) => void,
): ChildProcess {
  const child = spawn(command, [...args], {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    // A separate process group lets child processes be killed together with the function.
    detached: process.platform !== 'win32',
  });
  // It has no pipes if there are no file descriptors left. An `error` event follows.
  if (child.pid === undefined) return child;
  running.add(child);
  child.once('exit', () => running.delete(child));
  for (const output of [child.stdout, child.stderr]) readLines(output, onLine);
  child.stdin.on('error', () => child.stdin.destroy());
  return child;
}

/** Kills all processes left in the group of a process. */
export function killGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGKILL');
}

/** Sends a signal to all processes in the group of a process. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // All processes have already exited.
  }
}

/** CloudWatch Logs cuts longer lines into several events. */
const maxLineLength = 262_144;

/** Emits the lines of an output. A carriage return is part of its line. */
function readLines(output: Readable, onLine: (line: string) => void): void {
  let rest = '';
  output.setEncoding('utf8');
  output.on('error', () => output.destroy());
  output.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(onLine);
    if (rest.length < maxLineLength) return;
    onLine(rest);
    rest = '';
  });
  output.once('end', () => {
    if (rest !== '') onLine(rest);
  });
}
