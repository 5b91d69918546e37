import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import Module, {
  createRequire,
  isBuiltin,
  registerHooks,
  type ResolveFnOutput,
  type ResolveHookContext,
} from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { detectFormat, isInside, isUntyped } from './module-format.ts';

export interface ModuleSearch {
  /** The folder of the function's code. On Lambda, the folders above it contain no packages. */
  readonly taskRoot: string;
  /** The folders whose `node_modules`, or those above them, have the AWS SDK. */
  readonly sdkFolders: readonly string[];
}

/** The packages that Lambda's runtime provides to every function. */
const sdkPackages = /^@(?:aws-sdk|aws|smithy)\//u;

/**
 * Restricts module resolution to the places that Lambda searches: the function's own folder, its
 * layers (NODE_PATH, for ES modules too) and the AWS SDK. Packages and package.json files in
 * folders above the function's are ignored, because Lambda does not have them.
 */
export function installModuleSearch({ taskRoot, sdkFolders }: ModuleSearch): void {
  const layers = layerPaths();
  const roots = codeRoots(taskRoot);
  // Node reports the paths of modules without symbolic links.
  const root = realpathSync(taskRoot);
  const otherFolders = (specifier: string): readonly string[] => [
    ...layers.map((path) => dirname(path)),
    ...(sdkPackages.test(specifier) ? sdkFolders : []),
  ];
  registerHooks({
    resolve(requested, context, next) {
      const specifier = resolveOpt(requested, layers);
      const parent = pathOf(context.parentURL);
      const isSearched = isPackage(specifier) && parent !== undefined && isInside(root, parent);
      if (!isSearched || isOwn(root, specifier, parent)) {
        return withFormat(roots, next(specifier, context));
      }
      for (const folder of otherFolders(specifier)) {
        const resolved = attempt(() => resolveFrom(folder, specifier, context, next));
        if (resolved !== undefined) return resolved;
      }
      throw notFoundError(specifier, parent, isRequired(context));
    },
  });
  compileUntyped(roots);
}

/** The `node_modules` folders of the layers. */
function layerPaths(): readonly string[] {
  return (process.env['NODE_PATH'] ?? '').split(delimiter).filter((path) => path !== '');
}

/** Returns the folders of a function's code, its own and its layers', without symbolic links. */
export function codeRoots(taskRoot: string): readonly string[] {
  const folders = [taskRoot, ...layerPaths().map((path) => dirname(dirname(path)))];
  return folders.filter((folder) => existsSync(folder)).map((folder) => realpathSync(folder));
}

/**
 * Compiles an untyped file as Node compiles one without a package.json. Its own loader would read
 * a package.json above the function's folder.
 */
function compileUntyped(roots: readonly string[]): void {
  const extensions: unknown = Reflect.get(Module, '_extensions');
  if (typeof extensions !== 'object' || extensions === null) return;
  const original: unknown = Reflect.get(extensions, '.js');
  Reflect.set(extensions, '.js', (module: object, path: string) => {
    const compile: unknown = isUntyped(roots, path) ? Reflect.get(module, '_compile') : undefined;
    if (typeof compile === 'function')
      return Reflect.apply(compile, module, [readFileSync(path, 'utf8'), path]) as unknown;
    return typeof original === 'function'
      ? Reflect.apply(original, extensions, [module, path])
      : undefined;
  });
}

/** Resolves a file in `/opt`, such as `/opt/nodejs/x.mjs`, to the layer that contains it. */
function resolveOpt(specifier: string, layers: readonly string[]): string {
  const [, rest] = /^(?:file:\/\/)?\/opt\/(.+)$/u.exec(specifier) ?? [];
  if (rest === undefined) return specifier;
  const roots = layers.map((path) => dirname(dirname(path)));
  const ends = ['', '.js', '.mjs', '.cjs', '/index.js'];
  const file = roots.flatMap((folder) => ends.map((end) => join(folder, rest + end))).find(isFile);
  return file === undefined ? specifier : pathToFileURL(file).href;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

type Next = (specifier: string, context?: Partial<ResolveHookContext>) => ResolveFnOutput;

/**
 * Resolves a module from another folder. `require` ignores `parentURL`, so it needs its own
 * resolver.
 */
function resolveFrom(
  folder: string,
  specifier: string,
  context: ResolveHookContext,
  next: Next,
): ResolveFnOutput {
  const from = pathToFileURL(join(folder, 'none.js')).href;
  if (!isRequired(context)) return next(specifier, { ...context, parentURL: from });
  const path = createRequire(from).resolve(specifier);
  return { url: pathToFileURL(path).href, shortCircuit: true };
}

function isRequired({ conditions }: ResolveHookContext): boolean {
  return conditions.includes('require');
}

/** Whether a specifier names a package, not a path, a URL, a `#` import or a built-in module. */
function isPackage(specifier: string): boolean {
  return !/^(?:[./#]|[a-z]+:)/u.test(specifier) && !isBuiltin(specifier);
}

function pathOf(url: string | undefined): string | undefined {
  return url?.startsWith('file:') === true ? fileURLToPath(url) : undefined;
}

/** Whether a package is in a `node_modules` between a file's folder and the function's folder. */
function isOwn(root: string, specifier: string, parent: string): boolean {
  const [scope = '', name = ''] = specifier.split('/');
  const folder = scope.startsWith('@') ? join(scope, name) : scope;
  for (let at = dirname(parent); ; at = dirname(at)) {
    if (existsSync(join(at, 'node_modules', folder))) return true;
    if (at === root || at === dirname(at)) return isSelf(root, folder);
  }
}

/** A package may import itself by its name. */
function isSelf(root: string, name: string): boolean {
  const file = join(root, 'package.json');
  return existsSync(file) && readFileSync(file, 'utf8').includes(`"name": "${name}"`);
}

/** Returns the name of a scoped package, without what follows it in a specifier. */
function packageOf(specifier: string): string {
  return specifier.split('/').slice(0, 2).join('/');
}

function notFoundError(specifier: string, parent: string, isRequire: boolean): Error {
  const hint = sdkPackages.test(specifier)
    ? `: Lambda has it, but it is not installed here. Add it to your project: npm install --save-dev ${packageOf(specifier)}`
    : '';
  // The messages of Node.
  return isRequire
    ? Object.assign(
        new Error(`Cannot find module '${specifier}'${hint}\nRequire stack:\n- ${parent}`),
        { code: 'MODULE_NOT_FOUND', requireStack: [parent] },
      )
    : Object.assign(
        new Error(`Cannot find package '${specifier}' imported from ${parent}${hint}`),
        { code: 'ERR_MODULE_NOT_FOUND' },
      );
}

/** Adds the format of an untyped file, which Node would take from a package.json above the roots. */
function withFormat(roots: readonly string[], resolved: ResolveFnOutput): ResolveFnOutput {
  const path = pathOf(resolved.url);
  if (path === undefined || !isUntyped(roots, path) || !isFile(path)) return resolved;
  return { ...resolved, format: detectFormat(readFileSync(path, 'utf8'), isDetecting()) };
}

/** Node's own switch for the detection. Some of Lambda's runtimes set it. */
function isDetecting(): boolean {
  const flags = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
  return !flags.includes('--no-experimental-detect-module');
}

function attempt<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
