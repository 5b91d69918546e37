import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RemoteCodeError, resolveAssetFolder } from '#local/lambda/definition/asset-path.ts';
import type { CodeSettings } from '#local/lambda/definition/prepare-code.ts';
import type { CodeObject } from '#local/web-functions/definition/web-function-definition.ts';
import { assetFile } from '#local/template/template.ts';
import type { Resource } from '#local/template/stacks.ts';

/**
 * Returns the folder of a revision's code: an asset of the template, which CDK's custom resource
 * would copy into the bucket, or a folder or archive beside the template with the name of the key.
 * Throws `RemoteCodeError` for an object that is only in a bucket.
 */
export async function findCode(
  { key, stack }: Resource,
  object: CodeObject,
  { unpack }: CodeSettings,
): Promise<string> {
  const property = `${key}.BuildConfig.CodeConfig.S3Object`;
  const { template } = stack;
  const reference = { property, template };
  if (assetFile(template, object.key) !== undefined) {
    return resolveAssetFolder(reference, { S3Key: object.key }, unpack);
  }
  if (object.key === '' || !existsSync(join(template.folder, object.key))) {
    throw new RemoteCodeError(
      `${property}: ${object.key} is in an S3 bucket, and there is no such file beside the template`,
    );
  }
  return resolveAssetFolder(reference, object.key, unpack);
}
