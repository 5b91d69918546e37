import { basename } from 'node:path';
import { unzipSync } from 'fflate';
import type { DeploymentTools } from '#local/cloudformation/custom-resources/bucket-deployment.ts';
import { replaceMarkers } from '#local/cloudformation/custom-resources/markers.ts';
import { readAsset, toObject, type Asset } from '#local/s3/assets.ts';
import type { Properties } from '#local/template/properties.ts';

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
      files.set(basename(key), toObject(source));
      continue;
    }
    for (const [name, bytes] of toFiles(source)) {
      files.set(name, replaceMarkers(bytes, markers[index], configs[index]));
    }
  }
  return files;
}

/** An object of a bucket here is a source like an asset of a template. */
async function readSource(
  bucket: string,
  key: string,
  { objects, stacks }: DeploymentTools,
): Promise<Asset> {
  const asset = await readAsset(stacks, key);
  if (asset !== undefined) return asset;
  const object = objects.find(bucket, key);
  if (object === undefined) throw new Error(`There is no s3://${bucket}/${key}`);
  return { type: 'file', bytes: await objects.read(object.file) };
}

function toFiles(source: Asset): Files {
  if (source.type === 'folder') return source.files;
  const entries = Object.entries(unzipSync(source.bytes));
  return new Map(entries.filter(([name]) => !name.endsWith('/')));
}
