import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Project } from '#local/template/project/project.ts';

const sourceFile =
  /\.(?:[cm]?[jt]sx?|py|go|rs|java|rb|cs|sh|vtl|graphql|ya?ml)$|^(?:cdk|package|serverless)\.json$/u;
const noSource = /\.d\.[cm]?ts$|\.(?:test|spec)\./u;
const noSourceFolder =
  /^\.|^(?:node_modules|cdk\.out|coverage|venv|__pycache__|tests?|__tests__)$/u;

/**
 * Returns a source file of a project that was changed after the tool wrote its output, or
 * `undefined` if there is none.
 */
export async function newerSource({
  tool,
  folder,
  output,
  template,
}: Project): Promise<string | undefined> {
  const writtenMs = (await stat(template)).mtimeMs;
  const folders = [join(folder, tool.sourceFolder)];
  for (const next of folders) {
    // A folder that cannot be read says nothing about the output.
    const entries = await readdir(next, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(next, entry.name);
      if (entry.isDirectory() && !noSourceFolder.test(entry.name) && path !== output) {
        folders.push(path);
      }
      const isSource = sourceFile.test(entry.name) && !noSource.test(entry.name);
      if (entry.isFile() && isSource && (await stat(path)).mtimeMs > writtenMs) return path;
    }
  }
  return undefined;
}
