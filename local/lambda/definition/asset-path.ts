import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { record } from '#local/template/json.ts';
import { assetFile, type Template } from '#local/template/template.ts';

/** A property of a template that refers to files. */
export interface AssetReference {
  /** The property's path, for error messages. */
  readonly property: string;
  readonly template: Pick<Template, 'assets' | 'folder'>;
}

/** The code is in an AWS account or has yet to be built, so it is not available locally. */
export class RemoteCodeError extends Error {}

/**
 * Returns the folder of a function's code or a layer's content. The value is a CDK asset, or a path
 * relative to the template, as for `aws cloudformation package` and SAM. An archive is unpacked.
 * Throws `RemoteCodeError` for code in a bucket, and an error if the path does not exist.
 */
export async function resolveAssetFolder(
  reference: AssetReference,
  code: unknown,
  unpack: (archive: string) => Promise<string>,
): Promise<string> {
  const path = assetPath(reference, code);
  if (statSync(path).isDirectory()) return path;
  if (!path.endsWith('.zip') && !path.endsWith('.jar')) {
    throw new Error(`${reference.property}: must be a folder, a .zip or a .jar, not ${path}`);
  }
  return unpack(path);
}

function assetPath({ property, template }: AssetReference, code: unknown): string {
  const { S3Key } = record(code);
  const isUri = typeof code === 'string' && /^(?:s3|https?):/u.test(code);
  const path =
    typeof code === 'string' ? join(template.folder, code) : assetFile(template, String(S3Key));
  if (path === undefined || isUri)
    throw new RemoteCodeError(
      `${property}: its code is in an S3 bucket, which is not available locally`,
    );
  if (existsSync(path)) return resolve(path);
  throw new Error(`${property}: there is no folder ${path}`);
}
