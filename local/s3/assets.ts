import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { zipSync } from 'fflate';
import { etagOf } from '#local/s3/objects.ts';
import type { ObjectStore } from '#local/s3/object-store.ts';
import type { OpenStack } from '#local/template/stacks.ts';
import { assetFile } from '#local/template/template.ts';

/** What a deployment tool would upload for a template: a folder, which it packs, or a file. */
export type Asset =
  | { readonly type: 'folder'; readonly files: ReadonlyMap<string, Uint8Array> }
  | { readonly type: 'file'; readonly bytes: Uint8Array };

/** Returns the asset of an object's key, or undefined if no template has it. */
export async function readAsset(
  stacks: readonly OpenStack[],
  key: string,
): Promise<Asset | undefined> {
  const path = stacks.map(({ template }) => assetFile(template, key)).find((file) => file);
  if (path === undefined) return undefined;
  if (!(await stat(path)).isDirectory()) return { type: 'file', bytes: await readFile(path) };
  const files = new Map<string, Uint8Array>();
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(relative(path, file).replaceAll(sep, '/'), await readFile(file));
  }
  return { type: 'folder', files };
}

/** Returns the object that a tool would upload: a folder becomes an archive. */
export function toObject(asset: Asset): Uint8Array {
  return asset.type === 'file' ? asset.bytes : zipSync(Object.fromEntries(asset.files));
}

/** The buckets of `cdk bootstrap`, which no template declares. */
const assetBucket = /\bcdk-[a-z\d]+-assets-\d{12}-[a-z\d-]+/u;

/** Where assets come from, and where they go. */
export interface Publishing {
  readonly stacks: readonly OpenStack[];
  readonly store: ObjectStore;
  now(): number;
}

/**
 * Puts the assets that some texts name into the bucket that they name: functions read them there,
 * and find their places in variables or in the properties of custom resources.
 */
export async function publishAssets(
  texts: readonly string[],
  { stacks, store, now }: Publishing,
): Promise<void> {
  const buckets = texts.flatMap((text) => assetBucket.exec(text) ?? []);
  if (buckets.length === 0) return;
  const keys = stacks
    .flatMap(({ template }) => [...template.assets.keys()])
    .filter((key) => texts.some((text) => text.endsWith(key)));
  for (const bucket of new Set(buckets)) {
    store.makeBucket({ name: bucket, createdAt: Math.floor(now()), location: '' });
    for (const key of keys) await publish(bucket, key, { stacks, store, now });
  }
}

/** Its key contains the hash of its content. */
async function publish(
  bucket: string,
  key: string,
  { stacks, store, now }: Publishing,
): Promise<void> {
  if (store.find(bucket, key) !== undefined) return;
  const asset = await readAsset(stacks, key);
  if (asset === undefined) return;
  const body = Buffer.from(toObject(asset));
  await store.put(bucket, {
    key,
    file: await store.write(body),
    size: body.length,
    etag: etagOf(body),
    headers: JSON.stringify({ 'content-type': 'application/octet-stream' }),
    modifiedAt: Math.floor(now()),
  });
}
