import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readJson } from '#local/template/json.ts';
import { isRecord } from '#local/wire/shape.ts';

/**
 * Returns the files that the Serverless Framework would upload, by the last part of their S3 key:
 * those beside the template, and the artifacts of the service that are elsewhere. A service names
 * these by absolute paths, of the machine that packaged it, or relative to its own folder.
 */
export async function readServerlessFiles(template: string): Promise<ReadonlyMap<string, string>> {
  const folder = dirname(resolve(template));
  const state = join(folder, 'serverless-state.json');
  const artifacts = existsSync(state) ? artifactsOf(await readJson(state)) : [];
  const elsewhere = artifacts
    .flatMap((artifact) => [
      resolve(dirname(folder), artifact),
      join(folder, artifact.split('.serverless/').at(-1) ?? ''),
    ])
    .filter((path) => existsSync(path));
  const beside = (await readdir(folder)).map((name) => join(folder, name));
  return new Map([...elsewhere, ...beside].map((path) => [basename(path), path]));
}

/** Functions, layers and the service itself name their artifact at different places of the state. */
function artifactsOf(state: unknown): readonly string[] {
  if (Array.isArray(state)) return state.flatMap(artifactsOf);
  if (!isRecord(state)) return [];
  return Object.entries(state).flatMap(([name, value]) =>
    name === 'artifact' && typeof value === 'string' && value !== '' ? [value] : artifactsOf(value),
  );
}
