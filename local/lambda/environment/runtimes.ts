import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { webApplication } from '#local/lambda/definition/web-adapter.ts';
import { sdkRoot } from '#local/lambda/definition/sdk-packages.ts';
import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';

/** How the process of an execution environment is started. */
export interface RuntimeCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Search paths of the runtime, set in addition to the function's own variables. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Returns why a runtime cannot run on this machine, or `undefined` if it can. */
export function unsupportedReason(runtime: string): string | undefined {
  if (!/^(?:nodejs|python|provided)/u.test(runtime))
    return `the runtime ${runtime} is not hosted here`;
  if (!runtime.startsWith('python') || findPython() !== undefined) return undefined;
  return `the runtime ${runtime} needs python3, which this machine does not have`;
}

/**
 * Returns the command that starts a function's runtime. Throws if it cannot run on this machine.
 */
export function runtimeCommand(
  definition: FunctionDefinition,
  bootstraps: Bootstraps,
  flags: readonly string[],
): RuntimeCommand {
  const application = webApplication(definition);
  if (application !== undefined) return adapterCommand(definition, bootstraps, application);
  const base = baseCommand(definition, bootstraps, flags);
  const wrapper = definition.environment['AWS_LAMBDA_EXEC_WRAPPER'];
  if (wrapper === undefined) return base;
  const script = findInLayers(definition, wrapper);
  // The wrapper of a layer that is not here, such as that of OpenTelemetry, is skipped with it.
  const isSkipped = script === undefined && wrapper.startsWith('/opt/') && definition.lacksLayers;
  if (isSkipped === true) return base;
  return { ...base, command: script ?? wrapper, args: [base.command, ...base.args] };
}

/** The programs that replace AWS's runtime interface clients. */
export interface Bootstraps {
  readonly node: string;
  readonly python: string;
  /** What replaces the Lambda Web Adapter, and the folder of what leads applications to ports. */
  readonly webAdapter: { readonly program: string; readonly shims: string };
  /** The port of ResponseURLs, while custom resources are created. */
  readonly responsePort?: number | undefined;
}

function baseCommand(
  definition: FunctionDefinition,
  bootstraps: Bootstraps,
  flags: readonly string[],
): RuntimeCommand {
  const { runtime, memoryMb } = definition;
  if (runtime.startsWith('nodejs')) {
    const nodeFlags = [...heapFlags(memoryMb), ...disablingFlags(definition), ...flags];
    // The AWS SDK of the project comes first: it has the versions that its author chose.
    const sdkFolders = [definition.project, sdkRoot].join(delimiter);
    const args = [...nodeFlags, bootstraps.node, sdkFolders, ...responsePort(bootstraps)];
    return { command: process.execPath, args, variables: nodePaths(definition) };
  }
  if (runtime.startsWith('python')) {
    const args = ['-u', bootstraps.python, ...responsePort(bootstraps)];
    return { command: findPython() ?? 'python3', args, variables: pythonPaths(definition) };
  }
  if (runtime.startsWith('provided')) {
    return { command: findBootstrap(definition), args: [], variables: sharedPaths(definition) };
  }
  throw new Error(`Runtime ${runtime} is not hosted here`);
}

/** The application finds the interpreter of its runtime first on its path. */
function adapterCommand(
  definition: FunctionDefinition,
  { webAdapter }: Bootstraps,
  application: string,
): RuntimeCommand {
  const isPython = definition.runtime.startsWith('python');
  const isNode = definition.runtime.startsWith('nodejs');
  const otherPaths = isNode ? nodePaths(definition) : sharedPaths(definition);
  const paths = isPython ? pythonPaths(definition) : otherPaths;
  const interpreter = isPython ? (findPython() ?? '') : process.execPath;
  const PATH = [dirname(interpreter), paths['PATH'] ?? ''].join(delimiter);
  return {
    command: process.execPath,
    args: [webAdapter.program, application, webAdapter.shims],
    variables: { ...paths, PATH },
  };
}

function responsePort({ responsePort: port }: Bootstraps): readonly string[] {
  return port === undefined ? [] : [String(port)];
}

/** The heap sizes that Lambda appears to give Node, as a share of the function's memory. */
function heapFlags(memoryMb: number): readonly string[] {
  const oldSpaceMb = Math.floor(memoryMb * 0.9);
  const semiSpaceMb = Math.max(1, Math.floor(memoryMb * 0.025));
  return [`--max-old-space-size=${oldSpaceMb}`, `--max-semi-space-size=${semiSpaceMb}`];
}

/** Features of Node that Lambda disables, and in which runtimes. */
const disabledFeatures = [
  { name: 'require-module', runtimes: ['nodejs20.x', 'nodejs22.x'] },
  { name: 'detect-module', runtimes: ['nodejs22.x'] },
];

/**
 * Returns the flags that disable features, unless the function's NODE_OPTIONS enable them (Lambda
 * developer guide, "Experimental Node.js features").
 */
function disablingFlags({ runtime, environment }: FunctionDefinition): readonly string[] {
  const options = environment['NODE_OPTIONS'] ?? '';
  return disabledFeatures
    .filter(({ name, runtimes }) => {
      return runtimes.includes(runtime) && !options.includes(`--experimental-${name}`);
    })
    .map(({ name }) => `--no-experimental-${name}`);
}

/** The folders of the layers, the overriding ones first. */
function layerFolders({ layers }: FunctionDefinition, ...parts: string[]): readonly string[] {
  return layers.toReversed().map(({ folder }) => join(folder, ...parts));
}

function sharedPaths(definition: FunctionDefinition): Record<string, string> {
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
  return { ...sharedPaths(definition), NODE_PATH: paths.join(delimiter) };
}

function pythonPaths(definition: FunctionDefinition): Record<string, string> {
  const paths = [
    ...layerFolders(definition, 'python'),
    ...layerFolders(definition, 'python', 'lib', definition.runtime, 'site-packages'),
  ];
  return {
    ...sharedPaths(definition),
    PYTHONPATH: paths.join(delimiter),
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

/** The interpreters that were found, by the search path of the process. */
const pythons = new Map<string | undefined, string | undefined>();

/**
 * The path of the interpreter itself. The `python3` on PATH may be a wrapper script that needs a
 * home directory.
 */
function findPython(): string | undefined {
  const searchPath = process.env['PATH'];
  if (!pythons.has(searchPath)) pythons.set(searchPath, lookUpPython());
  return pythons.get(searchPath);
}

function lookUpPython(): string | undefined {
  const args = ['-c', 'import sys; print(sys.executable)'];
  const { status, stdout } = spawnSync('python3', args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

function findBootstrap(definition: FunctionDefinition): string {
  const own = join(definition.root, 'bootstrap');
  const bootstrap = existsSync(own) ? own : findInLayers(definition, '/opt/bootstrap');
  if (bootstrap === undefined)
    throw new Error(`Couldn't find valid bootstrap(s): [${own} /opt/bootstrap]`);
  accessSync(bootstrap, constants.X_OK);
  return bootstrap;
}

/** The local path of a file in `/opt`, or `undefined` if no layer has it. */
function findInLayers(definition: FunctionDefinition, path: string): string | undefined {
  if (!path.startsWith('/opt/')) return undefined;
  return layerFolders(definition, path.slice('/opt/'.length)).find((file) => existsSync(file));
}
