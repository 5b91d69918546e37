import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';

/** The folder of this project, whose packages include some of the AWS SDK. */
export const sdkRoot = join(import.meta.dirname, '../../..');

/**
 * Returns the packages that a Node function imports by name, and that Lambda's runtime has but this
 * machine does not: neither the function, its layers, its project nor this one.
 */
export function missingSdkPackages(definition: CodePlaces): readonly string[] {
  const { root, layers, project, runtime } = definition;
  if (!runtime.startsWith('nodejs')) return [];
  const majorFolder = runtime.replace('nodejs', 'node').replace('.x', '');
  const folders = [
    root,
    ...layers.map(({ folder }) => join(folder, 'nodejs', majorFolder)),
    project,
    sdkRoot,
  ];
  return [...importedPackages(root)].filter(
    (name) => !folders.some((folder) => isInstalled(name, folder)),
  );
}

type CodePlaces = Pick<FunctionDefinition, 'root' | 'layers' | 'project' | 'runtime'>;

/**
 * The packages that an import names; what a program composes is found when it runs. The SDK's own
 * messages show imports of optional signers, which Lambda does not have.
 */
const imports =
  /(?:\bfrom|\bimport|\brequire)\s*\(?\s*["'](@(?:aws-sdk|smithy)\/(?!signature-)[\w-]+)/gu;

/** Bundles are larger than what a person writes, but hardly as large as this. */
const maxFileBytes = 4 * 1024 * 1024;

function importedPackages(folder: string): ReadonlySet<string> {
  const names = sourceFiles(folder).flatMap((file) => {
    const text = readFileSync(file, 'latin1');
    return [...text.matchAll(imports)]
      .filter(({ index }) => !isComment(text, index))
      .map(([, name = '']) => name);
  });
  return new Set(names);
}

/** Whether a line begins as one of a comment. The SDK's own comments show imports. */
function isComment(text: string, index: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', index) + 1, index);
  return /^\s*(?:\*|\/[*/])/u.test(line);
}

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sourceFiles(path);
    const isSource = entry.isFile() && /\.[cm]?js$/u.test(entry.name);
    return isSource && statSync(path).size <= maxFileBytes ? [path] : [];
  });
}

/** Whether a package is in a `node_modules` of a folder or of one above it, as Node looks it up. */
function isInstalled(name: string, folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'node_modules', name))) return true;
    if (at === dirname(at)) return false;
  }
}
