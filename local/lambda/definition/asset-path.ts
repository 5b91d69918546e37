import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import { record } from '#local/template/json.ts';
import type { Template } from '#local/template/template.ts';

/** A property of a template that refers to files. */
export interface AssetReference {
  /** The property's path, for error messages. */
  readonly property: string;
  readonly template: Pick<Template, 'assets' | 'folder'>;
}

/** The code is in an S3 bucket of an AWS account, so it is not available locally. */
export class RemoteCodeError extends Error {}

/**
 * Returns the folder of a function's code or a layer's content. The value is a CDK asset, or a path
 * relative to the template, as for `aws cloudformation package` and SAM. An archive is unpacked
 * into `target`. Throws `RemoteCodeError` for code in a bucket, and an error if the path does not
 * exist.
 */
export async function resolveAssetFolder(
  reference: AssetReference,
  code: unknown,
  target: string,
): Promise<string> {
  const path = assetPath(reference, code);
  if (statSync(path).isDirectory()) return path;
  if (!path.endsWith('.zip') && !path.endsWith('.jar')) {
    throw new Error(`${reference.property}: must be a folder, a .zip or a .jar, not ${path}`);
  }
  await rm(target, { recursive: true, force: true });
  await writeFiles(unzipSync(await readFile(path)), target);
  return resolve(target);
}

/** Writes the files of an archive into a folder. All of them become executable. */
export async function writeFiles(
  files: Readonly<Record<string, Uint8Array>>,
  folder: string,
): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    const file = join(folder, name);
    // A name in an archive must not point outside the folder.
    if (name.endsWith('/') || relative(folder, file).startsWith('..')) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
    await chmod(file, 0o755);
  }
}

function assetPath({ property, template }: AssetReference, code: unknown): string {
  const { S3Key } = record(code);
  const isUri = typeof code === 'string' && /^(?:s3|https?):/u.test(code);
  const path =
    typeof code === 'string' ? join(template.folder, code) : template.assets.get(String(S3Key));
  if (path === undefined || isUri)
    throw new RemoteCodeError(
      `${property}: its code is in an S3 bucket, which is not available locally`,
    );
  if (existsSync(path)) return resolve(path);
  throw new Error(`${property}: there is no folder ${path}`);
}
