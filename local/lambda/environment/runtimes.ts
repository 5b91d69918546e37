import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';

/** How the process of an execution environment is started. */
export interface RuntimeCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** The search paths that a runtime has beside the function's own variables. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Why a runtime does not run on this machine; undefined for one that does. */
export function unsupportedReason(runtime: string): string | undefined {
  if (!/^(?:nodejs|python|provided)/u.test(runtime))
    return `the runtime ${runtime} is not hosted here`;
  if (!runtime.startsWith('python') || findPython() !== undefined) return undefined;
  return `the runtime ${runtime} needs python3, which this machine does not have`;
}

/** The command for a function's runtime. Throws where this machine has no such runtime. */
export function runtimeCommand(
  definition: FunctionDefinition,
  bootstraps: Bootstraps,
): RuntimeCommand {
  const plain = plainCommand(definition, bootstraps);
  const wrapper = definition.environment['AWS_LAMBDA_EXEC_WRAPPER'];
  if (wrapper === undefined) return plain;
  const script = inOpt(definition, wrapper) ?? wrapper;
  return { ...plain, command: script, args: [plain.command, ...plain.args] };
}

/** The programs that stand for AWS's runtime interface clients. */
export interface Bootstraps {
  readonly node: string;
  readonly python: string;
  /** Whose `node_modules` has the AWS SDK for functions that do not bring it. */
  readonly sdkRoot: string;
}

function plainCommand(definition: FunctionDefinition, bootstraps: Bootstraps): RuntimeCommand {
  const { runtime, memoryMb } = definition;
  if (runtime.startsWith('nodejs')) {
    const args = [...heapFlags(memoryMb), bootstraps.node, bootstraps.sdkRoot];
    return { command: process.execPath, args, variables: nodePaths(definition) };
  }
  if (runtime.startsWith('python')) {
    const args = ['-u', bootstraps.python];
    return { command: findPython() ?? 'python3', args, variables: pythonPaths(definition) };
  }
  if (runtime.startsWith('provided')) {
    return { command: findBootstrap(definition), args: [], variables: binaryPaths(definition) };
  }
  throw new Error(`Runtime ${runtime} is not hosted here`);
}

/** The sizes of the heap that Lambda is understood to give Node, in relation to the memory. */
function heapFlags(memoryMb: number): readonly string[] {
  const oldSpaceMb = Math.floor(memoryMb * 0.9);
  const semiSpaceMb = Math.max(1, Math.floor(memoryMb * 0.025));
  return [`--max-old-space-size=${oldSpaceMb}`, `--max-semi-space-size=${semiSpaceMb}`];
}

/** The folders of the layers, the one that lies on top first. */
function layerFolders({ layers }: FunctionDefinition, ...parts: string[]): readonly string[] {
  return layers.toReversed().map(({ folder }) => join(folder, ...parts));
}

function binaryPaths(definition: FunctionDefinition): Record<string, string> {
  const own = process.env['PATH'] ?? '';
  return {
    PATH: [...layerFolders(definition, 'bin'), own].join(delimiter),
    LD_LIBRARY_PATH: [definition.root, ...layerFolders(definition, 'lib')].join(delimiter),
  };
}

function nodePaths(definition: FunctionDefinition): Record<string, string> {
  const major = definition.runtime.replace('nodejs', '').replace('.x', '');
  const paths = [
    ...layerFolders(definition, 'nodejs', `node${major}`, 'node_modules'),
    ...layerFolders(definition, 'nodejs', 'node_modules'),
  ];
  return { ...binaryPaths(definition), NODE_PATH: paths.join(delimiter) };
}

function pythonPaths(definition: FunctionDefinition): Record<string, string> {
  const paths = [
    ...layerFolders(definition, 'python'),
    ...layerFolders(definition, 'python', 'lib', definition.runtime, 'site-packages'),
  ];
  return {
    ...binaryPaths(definition),
    PYTHONPATH: paths.join(delimiter),
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

/** The interpreter itself: what is found by name may be a script that needs a home directory. */
function findPython(): string | undefined {
  const args = ['-c', 'import sys; print(sys.executable)'];
  python ??= spawnSync('python3', args, { encoding: 'utf8' });
  return python.status === 0 ? python.stdout.trim() : undefined;
}

let python: SpawnSyncReturns<string> | undefined;

function findBootstrap(definition: FunctionDefinition): string {
  const own = join(definition.root, 'bootstrap');
  const found = existsSync(own) ? own : inOpt(definition, '/opt/bootstrap');
  if (found === undefined)
    throw new Error(`Couldn't find valid bootstrap(s): [${own} /opt/bootstrap]`);
  accessSync(found, constants.X_OK);
  return found;
}

/** Where a path in `/opt` is here. */
function inOpt(definition: FunctionDefinition, path: string): string | undefined {
  if (!path.startsWith('/opt/')) return undefined;
  return layerFolders(definition, path.slice('/opt/'.length)).find((file) => existsSync(file));
}
