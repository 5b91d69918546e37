import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { FunctionDefinition } from '#local/lambda/function-definition.ts';

export interface RuntimeProcess {
  readonly definition: FunctionDefinition;
  readonly bootstrap: string;
  readonly variables: Readonly<Record<string, string>>;
  log(line: string): void;
}

/** Starts the process of an execution environment; its lines, of both outputs, go to the log. */
export function spawnRuntime(settings: RuntimeProcess, runtimeApi: string): ChildProcess {
  const { definition, bootstrap, variables, log } = settings;
  const child = spawn(process.execPath, [...heapFlags(definition.memoryMb), bootstrap], {
    cwd: definition.root,
    env: { ...variables, AWS_LAMBDA_RUNTIME_API: runtimeApi },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that what the function starts ends with it.
    detached: process.platform !== 'win32',
  });
  for (const output of [child.stdout, child.stderr]) readLines(output, log);
  return child;
}

/** The sizes of the heap that Lambda is understood to give Node, in relation to the memory. */
function heapFlags(memoryMb: number): readonly string[] {
  const oldSpaceMb = Math.floor(memoryMb * 0.9);
  const semiSpaceMb = Math.max(1, Math.floor(memoryMb * 0.025));
  return [`--max-old-space-size=${oldSpaceMb}`, `--max-semi-space-size=${semiSpaceMb}`];
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
