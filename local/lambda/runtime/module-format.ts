import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { compileFunction } from 'node:vm';

export type ModuleFormat = 'module' | 'commonjs';

/** Whether a path is inside a folder. The folder is not inside itself. */
export function isInside(folder: string, path: string): boolean {
  const rest = relative(folder, path);
  return !rest.startsWith('..') && rest !== '';
}

/**
 * Whether neither the extension nor a package.json says which format a file has. On Lambda, the
 * folders above the function and above its layers contain no package.json, so only those within
 * `roots` count.
 */
export function isUntyped(roots: readonly string[], path: string): boolean {
  return isAmbiguous(path) && isWithin(roots, path) && findPackage(roots, path) === undefined;
}

/** Whether a file is an ES module by its extension or the `type` of its package.json. */
export function isTypedModule(roots: readonly string[], path: string): boolean {
  if (!isAmbiguous(path)) return extname(path) === '.mjs';
  const file = findPackage(roots, path);
  return file !== undefined && readType(file) === 'module';
}

/** The files whose format depends on a package.json. */
function isAmbiguous(path: string): boolean {
  return extname(path) === '.js' || extname(path) === '';
}

function isWithin(roots: readonly string[], path: string): boolean {
  return roots.some((root) => isInside(root, path));
}

/** Returns the nearest package.json within the roots. */
function findPackage(roots: readonly string[], path: string): string | undefined {
  for (let at = dirname(path); roots.includes(at) || isWithin(roots, at); at = dirname(at)) {
    // As in Node, a package does not inherit the package.json of whoever installed it.
    if (at.endsWith('node_modules')) return undefined;
    const file = join(at, 'package.json');
    if (existsSync(file)) return file;
  }
  return undefined;
}

function readType(file: string): unknown {
  try {
    const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof json === 'object' && json !== null ? Reflect.get(json, 'type') : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the format of an untyped file as Node detects it: CommonJS, unless V8 rejects it for
 * syntax that only ES modules may contain. Without detection, it is always CommonJS.
 */
export function detectFormat(source: string, isDetecting: boolean): ModuleFormat {
  if (!isDetecting) return 'commonjs';
  try {
    compileFunction(source, commonJsVariables);
    return 'commonjs';
  } catch (error) {
    return moduleSyntaxError.test(String(error)) ? 'module' : 'commonjs';
  }
}

/** The parameters of the function in which Node runs a CommonJS module. */
const commonJsVariables = ['exports', 'require', 'module', '__filename', '__dirname'];

/** V8's messages that make Node read a file again as an ES module (src/node_contextify.cc). */
const moduleSyntaxError =
  /^SyntaxError: (?:Cannot use (?:import statement|'import\.meta') outside a module|Unexpected token 'export'|await is only valid in async functions|Unexpected reserved word|Identifier '(?:exports|require|module|__filename|__dirname)' has already been declared)/u;
