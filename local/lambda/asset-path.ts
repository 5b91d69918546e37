import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { record } from '#local/template/json.ts';
import { type Template } from '#local/template/template.ts';

/** Whose files are looked for. */
export interface Owner {
  readonly key: string;
  readonly template: Pick<Template, 'assets' | 'folder'>;
}

/**
 * The folder of a function's code or a layer's content: an asset of CDK's, or a path relative to
 * the template, as `aws cloudformation package` and SAM take it. Throws for what is not here.
 */
export function assetPath({ key, template }: Owner, code: unknown): string {
  const { S3Key } = record(code);
  const path =
    typeof code === 'string' ? join(template.folder, code) : template.assets.get(String(S3Key));
  if (path === undefined) throw new Error(`${key}: no asset of the template holds its code`);
  if (!existsSync(path)) throw new Error(`${key}: there is no folder ${path}`);
  if (!statSync(path).isDirectory()) {
    throw new Error(`${key}: its code must be a folder, and ${path} is a file`);
  }
  return resolve(path);
}
