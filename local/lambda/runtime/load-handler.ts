import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isStreaming } from './awslambda.ts';

export type Handler = (...args: unknown[]) => unknown;

export interface Named {
  readonly root: string;
  /** `folder/module.export` */
  readonly name: string;
  /** Whether the runtime is one of those before Node 24. */
  readonly takesCallbacks: boolean;
}

/**
 * Finds a function's handler as Lambda does: `folder/module.export`, the module tried bare, as
 * `.js`, `.mjs` and `.cjs`, then by `require.resolve`. Throws with Lambda's error types.
 */
export async function loadHandler({ root, name, takesCallbacks }: Named): Promise<Handler> {
  if (name.includes('..')) {
    throw failure('Runtime.MalformedHandlerName', `'${name}' is not a valid handler name.`);
  }
  const file = basename(name);
  const dot = file.indexOf('.');
  if (dot < 1) throw failure('Runtime.MalformedHandlerName', 'Bad handler');
  const modulePath = resolve(root, dirname(name), file.slice(0, dot));
  const loaded = await loadModule(root, modulePath);
  const exported = lookUp(loaded, file.slice(dot + 1));
  if (exported === undefined) {
    throw failure('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  }
  if (!isHandler(exported)) throw failure('Runtime.HandlerNotFound', `${name} is not a function`);
  // A mark that Lambda does not know is refused before anything is called.
  const streams = isStreaming(exported);
  if (!takesCallbacks && !streams) refuseCallback(exported);
  return exported;
}

async function loadModule(root: string, modulePath: string): Promise<unknown> {
  const found = ['', '.js', '.mjs', '.cjs'].map((end) => modulePath + end).find(existsSync);
  try {
    const path = found ?? createRequire(`${root}/`).resolve(modulePath);
    return await import(pathToFileURL(path).href);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw failure('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
    }
    if (isMissingModule(error)) throw failure('Runtime.ImportModuleError', String(error));
    throw error;
  }
}

function isMissingModule(error: unknown): boolean {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND';
}

function lookUp(module: unknown, path: string): unknown {
  const walk = (from: unknown): unknown =>
    path.split('.').reduce<unknown>((value, key) => property(value, key), from);
  return walk(module) ?? walk(property(module, 'default'));
}

function property(value: unknown, key: string): unknown {
  const holder = typeof value === 'object' || typeof value === 'function';
  return holder && value !== null ? Reflect.get(value, key) : undefined;
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}

/** Node 24's runtime has no callbacks. */
function refuseCallback(handler: Handler): void {
  if (handler.length < 3) return;
  throw failure(
    'Runtime.CallbackHandlerDeprecated',
    'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24.',
  );
}

function failure(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
