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
  /** The folder of the function's code, above which nothing is there on Lambda. */
  readonly root: string;
  /** Whose `node_modules` has the AWS SDK. */
  readonly sdkRoot: string | undefined;
}

/** What Lambda's own runtime brings along for every function. */
const ownPackages = /^@(?:aws-sdk|aws|smithy)\//u;

/**
 * Has packages found where Lambda finds them, and nowhere else: in the function's own folder, in
 * its layers (NODE_PATH, for ES modules too), and the AWS SDK. What lies above the folder here is
 * not there on Lambda, neither packages nor the `type` of a package.json.
 */
export function installModuleSearch({ root, sdkRoot }: ModuleSearch): void {
  const layers = (process.env['NODE_PATH'] ?? '').split(delimiter).filter((path) => path !== '');
  const elsewhere = (specifier: string): readonly string[] => [
    ...layers.map((path) => dirname(path)),
    ...(sdkRoot !== undefined && ownPackages.test(specifier) ? [sdkRoot] : []),
  ];
  registerHooks({
    resolve(given, context, next) {
      const specifier = inLayers(given, layers);
      const parent = pathOf(context.parentURL);
      const isSearched = isPackage(specifier) && parent !== undefined && isInside(root, parent);
      if (!isSearched || isOwn(root, specifier, parent)) {
        return withFormat(root, next(specifier, context));
      }
      for (const folder of elsewhere(specifier)) {
        const found = attempt(() => resolveFrom(folder, specifier, { context, next }));
        if (found !== undefined) return found;
      }
      throw notFound(specifier, parent, isRequired(context));
    },
  });
  compileUntyped(root);
}

/** Left to itself, Node's `require` would ask the package.json above once more. */
function compileUntyped(root: string): void {
  const extensions: unknown = Reflect.get(Module, '_extensions');
  if (typeof extensions !== 'object' || extensions === null) return;
  const ordinary: unknown = Reflect.get(extensions, '.js');
  Reflect.set(extensions, '.js', (module: object, path: string) => {
    const source = hasNoType(root, path) ? readFileSync(path, 'utf8') : '';
    const compile: unknown = Reflect.get(module, '_compile');
    const isPlain = source !== '' && !isModule(source) && typeof compile === 'function';
    if (isPlain) return Reflect.apply(compile, module, [source, path, 'commonjs']) as unknown;
    return typeof ordinary === 'function'
      ? Reflect.apply(ordinary, extensions, [module, path])
      : undefined;
  });
}

/** `/opt/nodejs/x.mjs` is in one of the layers, which lie over each other there. */
function inLayers(specifier: string, layers: readonly string[]): string {
  const [, rest] = /^(?:file:\/\/)?\/opt\/(.+)$/u.exec(specifier) ?? [];
  if (rest === undefined) return specifier;
  const roots = layers.map((path) => dirname(dirname(path)));
  const ends = ['', '.js', '.mjs', '.cjs', '/index.js'];
  const found = roots.flatMap((folder) => ends.map((end) => join(folder, rest + end))).find(isFile);
  return found === undefined ? specifier : pathToFileURL(found).href;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

type Next = (specifier: string, context?: Partial<ResolveHookContext>) => ResolveFnOutput;

interface Resolving {
  readonly context: ResolveHookContext;
  readonly next: Next;
}

/** `require` does not ask where it is called from, so that it is asked from there. */
function resolveFrom(
  folder: string,
  specifier: string,
  { context, next }: Resolving,
): ResolveFnOutput {
  const from = pathToFileURL(join(folder, 'none.js')).href;
  if (!isRequired(context)) return next(specifier, { ...context, parentURL: from });
  const path = createRequire(from).resolve(specifier);
  return { url: pathToFileURL(path).href, shortCircuit: true };
}

function isRequired({ conditions }: ResolveHookContext): boolean {
  return conditions.includes('require');
}

/** Neither a path nor a URL, nor a name that a package gives its own parts. */
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

/** Whether a package is in one of the folders from a file up to the function's own. */
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

function notFound(specifier: string, parent: string, isRequire: boolean): Error {
  const code = isRequire ? 'MODULE_NOT_FOUND' : 'ERR_MODULE_NOT_FOUND';
  const what = isRequire ? 'module' : 'package';
  const hint = ownPackages.test(specifier) ? ': Lambda has it, and it is not installed here' : '';
  const message = `Cannot find ${what} '${specifier}' imported from ${parent}${hint}`;
  return Object.assign(new Error(message), { code });
}

/** What has no package.json of its own is CommonJS on Lambda, unless it is written as a module. */
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
