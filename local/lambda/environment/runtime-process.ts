import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';
import { runtimeCommand, type Bootstraps } from '#local/lambda/environment/runtimes.ts';

export interface RuntimeProcess {
  readonly definition: FunctionDefinition;
  readonly bootstraps: Bootstraps;
  /** All that the process sees of the world. */
  readonly variables: Readonly<Record<string, string>>;
}

/** They end with this process, in whichever way it exits. */
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach(killGroup));

/** Starts the process of an execution environment; its lines, of both outputs, are given on. */
export function spawnRuntime(
  { definition, bootstraps, variables }: RuntimeProcess,
  runtimeApi: string,
  onLine: (line: string) => void,
): ChildProcess {
  const { command, args, variables: paths } = runtimeCommand(definition, bootstraps);
  const child = spawn(command, [...args], {
    cwd: definition.root,
    env: { ...paths, ...variables, AWS_LAMBDA_RUNTIME_API: runtimeApi },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that what the function starts ends with it.
    detached: process.platform !== 'win32',
  });
  if (child.pid !== undefined) running.add(child);
  child.once('exit', () => running.delete(child));
  for (const output of [child.stdout, child.stderr]) readLines(output, onLine);
  return child;
}

/** Ends everything in the process's group that is still there, at once. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // All of it has ended by itself.
  }
}

/** Gives the lines of an output; a carriage return within one is part of it. */
function readLines(output: Readable, onLine: (line: string) => void): void {
  let rest = '';
  output.setEncoding('utf8');
  output.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(onLine);
  });
  output.once('end', () => {
    if (rest !== '') onLine(rest);
  });
}
