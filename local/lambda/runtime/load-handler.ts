import { createRequire } from 'node:module';
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isStreaming } from './awslambda.ts';
import { isTypedModule } from './module-format.ts';
import { codeRoots } from './module-search.ts';

export type Handler = (...args: unknown[]) => unknown;

/**
 * Loads a function's handler as Lambda does. The name has the form `folder/module.export`. The
 * module is looked up without an extension, as `.js`, `.mjs` and `.cjs`, then with
 * `require.resolve`. `isBefore24` is true for runtimes before Node 24. Throws errors with Lambda's
 * error types.
 */
export async function loadHandler(
  root: string,
  name: string,
  isBefore24: boolean,
): Promise<Handler> {
  if (name.includes('..')) {
    const rule = 'Use absolute paths when specifying root directories in handler names.';
    throw failure('Runtime.MalformedHandlerName', `'${name}' is not a valid handler name. ${rule}`);
  }
  const file = basename(name);
  const dot = file.indexOf('.');
  if (dot < 1) throw failure('Runtime.MalformedHandlerName', 'Bad handler');
  const modulePath = resolve(root, dirname(name), file.slice(0, dot));
  const loaded = await loadModule(root, modulePath, isBefore24);
  const exported = lookUp(loaded, file.slice(dot + 1));
  if (exported === undefined) {
    throw failure('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  }
  if (!isHandler(exported)) throw failure('Runtime.HandlerNotFound', `${name} is not a function`);
  // An unsupported streaming mark is rejected before the handler is called.
  const streams = isStreaming(exported);
  if (!isBefore24 && !streams) rejectCallback(exported);
  return exported;
}

/**
 * Version 4 of AWS's client imports the module. Version 3 requires it, unless it is an ES module by
 * its extension or its package.json.
 */
async function loadModule(root: string, modulePath: string, isBefore24: boolean): Promise<unknown> {
  const file = ['', '.js', '.mjs', '.cjs'].map((end) => modulePath + end).find(existsSync);
  const require = createRequire(`${root}/`);
  try {
    const path = file ?? require.resolve(modulePath);
    const isRequired = isBefore24 && !isTypedModule(codeRoots(root), realpathSync(path));
    return isRequired ? (require(path) as unknown) : await import(pathToFileURL(path).href);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw failure('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
    }
    if (isMissingRequire(error)) throw failure('Runtime.ImportModuleError', String(error));
    throw error;
  }
}

/** AWS's client translates what `require` does not find. What `import` does not find stays as is. */
function isMissingRequire(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
}

function lookUp(module: unknown, path: string): unknown {
  const walk = (from: unknown): unknown =>
    path.split('.').reduce<unknown>((value, key) => property(value, key), from);
  return walk(module) ?? walk(property(module, 'default'));
}

function property(value: unknown, key: string): unknown {
  const hasProperties = typeof value === 'object' || typeof value === 'function';
  return hasProperties && value !== null ? Reflect.get(value, key) : undefined;
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}

/** Throws for a handler with a callback parameter, which Node 24's runtime does not support. */
function rejectCallback(handler: Handler): void {
  if (handler.length < 3) return;
  throw failure(
    'Runtime.CallbackHandlerDeprecated',
    'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
  );
}

function failure(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
