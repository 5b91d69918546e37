import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import { record } from '#local/template/json.ts';
import type { Template } from '#local/template/template.ts';

/** Whose files are looked for. */
export interface Owner {
  /** The property that names them. */
  readonly place: string;
  readonly template: Pick<Template, 'assets' | 'folder'>;
}

/** Code that is in a bucket of an account: nobody has it here. */
export class RemoteCodeError extends Error {}

/**
 * The folder of a function's code or a layer's content: an asset of CDK's, or a path relative to
 * the template, as `aws cloudformation package` and SAM take it. An archive is unpacked to
 * `target`. Throws for what is not here.
 */
export async function resolveAssetFolder(owner: Owner, code: unknown, target: string): Promise<string> {
  const path = assetPath(owner, code);
  if (statSync(path).isDirectory()) return path;
  if (!path.endsWith('.zip') && !path.endsWith('.jar')) {
    throw new Error(`${owner.place}: must be a folder or a .zip, and ${path} is neither`);
  }
  await rm(target, { recursive: true, force: true });
  for (const [name, bytes] of Object.entries(unzipSync(await readFile(path)))) {
    const file = join(target, name);
    // A name in an archive must not lead out of it.
    if (name.endsWith('/') || relative(target, file).startsWith('..')) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
    await chmod(file, 0o755);
  }
  return resolve(target);
}

function assetPath({ place, template }: Owner, code: unknown): string {
  const { S3Key } = record(code);
  const isUri = typeof code === 'string' && /^(?:s3|https?):/u.test(code);
  const path =
    typeof code === 'string' ? join(template.folder, code) : template.assets.get(String(S3Key));
  if (path === undefined || isUri)
    throw new RemoteCodeError(`${place}: its code is in a bucket, and not here`);
  if (existsSync(path)) return resolve(path);
  throw new Error(`${place}: there is no folder ${path}`);
}
