import { existsSync, readFileSync, statSync } from 'node:fs';
import Module, {
  createRequire,
  isBuiltin,
  registerHooks,
  type ResolveFnOutput,
  type ResolveHookContext,
} from 'node:module';
import { delimiter, dirname, extname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface ModuleSearch {
  /** The folder of the function's code. On Lambda, the folders above it contain no packages. */
  readonly root: string;
  /** The folder whose `node_modules` has the AWS SDK. */
  readonly sdkRoot: string | undefined;
}

/** The packages that Lambda's runtime provides to every function. */
const sdkPackages = /^@(?:aws-sdk|aws|smithy)\//u;

/**
 * Restricts module resolution to the places that Lambda searches: the function's own folder, its
 * layers (NODE_PATH, for ES modules too) and the AWS SDK. Packages and package.json files in
 * folders above the function's are ignored, because Lambda does not have them.
 */
export function installModuleSearch({ root, sdkRoot }: ModuleSearch): void {
  const layers = (process.env['NODE_PATH'] ?? '').split(delimiter).filter((path) => path !== '');
  const otherFolders = (specifier: string): readonly string[] => [
    ...layers.map((path) => dirname(path)),
    ...(sdkRoot !== undefined && sdkPackages.test(specifier) ? [sdkRoot] : []),
  ];
  registerHooks({
    resolve(requested, context, next) {
      const specifier = resolveOpt(requested, layers);
      const parent = pathOf(context.parentURL);
      const isSearched = isPackage(specifier) && parent !== undefined && isInside(root, parent);
      if (!isSearched || isOwn(root, specifier, parent)) {
        return withFormat(root, next(specifier, context));
      }
      for (const folder of otherFolders(specifier)) {
        const resolved = attempt(() => resolveFrom(folder, specifier, context, next));
        if (resolved !== undefined) return resolved;
      }
      throw notFoundError(specifier, parent, isRequired(context));
    },
  });
  compileUntyped(root);
}

/**
 * Compiles `.js` files without a package.json as CommonJS: Node's `require` would read one above.
 */
function compileUntyped(root: string): void {
  const extensions: unknown = Reflect.get(Module, '_extensions');
  if (typeof extensions !== 'object' || extensions === null) return;
  const original: unknown = Reflect.get(extensions, '.js');
  Reflect.set(extensions, '.js', (module: object, path: string) => {
    const source = hasNoType(root, path) ? readFileSync(path, 'utf8') : '';
    const compile: unknown = Reflect.get(module, '_compile');
    const isPlain = source !== '' && !isModule(source) && typeof compile === 'function';
    if (isPlain) return Reflect.apply(compile, module, [source, path, 'commonjs']) as unknown;
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

function isInside(root: string, path: string): boolean {
  const rest = relative(root, path);
  return !rest.startsWith('..') && rest !== '';
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

function notFoundError(specifier: string, parent: string, isRequire: boolean): Error {
  const code = isRequire ? 'MODULE_NOT_FOUND' : 'ERR_MODULE_NOT_FOUND';
  const what = isRequire ? 'module' : 'package';
  const hint = sdkPackages.test(specifier)
    ? ': Lambda provides it, but it is not installed here'
    : '';
  const message = `Cannot find ${what} '${specifier}' imported from ${parent}${hint}`;
  return Object.assign(new Error(message), { code });
}

/** On Lambda, a file without a package.json is CommonJS unless it contains ES module syntax. */
function withFormat(root: string, resolved: ResolveFnOutput): ResolveFnOutput {
  const path = pathOf(resolved.url);
  if (path === undefined || !hasNoType(root, path)) return resolved;
  return { ...resolved, format: isModule(readFileSync(path, 'utf8')) ? 'module' : 'commonjs' };
}

/** Whether a `.js` file's nearest package.json lies above the function's folder. */
function hasNoType(root: string, path: string): boolean {
  if (extname(path) !== '.js' || !isInside(root, path)) return false;
  for (let at = dirname(path); ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return false;
    if (at === root || at === dirname(at)) return true;
  }
}

function isModule(source: string): boolean {
  return /^\s*(?:import\s*[\w{*'"]|export\s+(?:default|const|let|var|function|async|class|[{*]))/mu.test(
    source,
  );
}

function attempt<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
