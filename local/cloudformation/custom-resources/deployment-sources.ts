import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import type { DeploymentTools } from '#local/cloudformation/custom-resources/bucket-deployment.ts';
import { replaceMarkers } from '#local/cloudformation/custom-resources/markers.ts';
import type { Properties } from '#local/template/properties.ts';
import { assetFile } from '#local/template/template.ts';

/** Files by name, with slashes. */
type Files = ReadonlyMap<string, Uint8Array>;

/**
 * Returns the files of a deployment's sources, unpacked unless `Extract` is false, with the values
 * of their markers. Throws an error that names a source which does not exist.
 */
export async function readSources(properties: Properties, tools: DeploymentTools): Promise<Files> {
  const buckets = properties.texts('SourceBucketNames');
  const keys = properties.texts('SourceObjectKeys');
  const markers = properties.list('SourceMarkers');
  const configs = properties.list('SourceMarkersConfig');
  const files = new Map<string, Uint8Array>();
  for (const [index, key] of keys.entries()) {
    const source = await readSource(buckets[index] ?? '', key, tools);
    if (!properties.flag('Extract', true)) {
      files.set(basename(key), toArchive(source));
      continue;
    }
    for (const [name, bytes] of toFiles(source)) {
      files.set(name, replaceMarkers(bytes, markers[index], configs[index]));
    }
  }
  return files;
}

/** What a source is on disk. */
type Source =
  | { readonly type: 'folder'; readonly files: Files }
  | { readonly type: 'file'; readonly bytes: Uint8Array };

async function readSource(
  bucket: string,
  key: string,
  { objects, stacks }: DeploymentTools,
): Promise<Source> {
  for (const { template } of stacks) {
    const path = assetFile(template, key);
    if (path === undefined) continue;
    if ((await stat(path)).isDirectory()) return { type: 'folder', files: await readFolder(path) };
    return { type: 'file', bytes: await readFile(path) };
  }
  const object = objects.find(bucket, key);
  if (object === undefined) throw new Error(`There is no s3://${bucket}/${key}`);
  return { type: 'file', bytes: await objects.read(object.file) };
}

async function readFolder(folder: string): Promise<Files> {
  const files = new Map<string, Uint8Array>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path).replaceAll(sep, '/'), await readFile(path));
  }
  return files;
}

function toFiles(source: Source): Files {
  if (source.type === 'folder') return source.files;
  const entries = Object.entries(unzipSync(source.bytes));
  return new Map(entries.filter(([name]) => !name.endsWith('/')));
}

function toArchive(source: Source): Uint8Array {
  return source.type === 'file' ? source.bytes : zipSync(Object.fromEntries(source.files));
}
