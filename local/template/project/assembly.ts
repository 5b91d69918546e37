import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '#local/wire/shape.ts';
import { readJson, record } from '#local/template/json.ts';
import { readTemplate, type Template } from '#local/template/template.ts';

/**
 * Reads every stack of a `cdk.out` folder, including those of its stages, or a single
 * CloudFormation or SAM template. Throws an error that names the file and what is wrong with it.
 */
export async function readAssembly(path: string): Promise<readonly Template[]> {
  if (!(await stat(path)).isDirectory()) return [await readTemplate(path, 'local')];
  const stacks = await readFolder(path);
  if (stacks.length === 0) throw new Error(`${path} contains no stack`);
  return stacks;
}

/** Whether a folder has the manifest of a CDK assembly. Web pages have a `manifest.json`, too. */
export async function isAssembly(folder: string): Promise<boolean> {
  const manifest = join(folder, 'manifest.json');
  return existsSync(manifest) && isRecord((await readJson(manifest))['artifacts']);
}

async function readFolder(folder: string): Promise<readonly Template[]> {
  const manifest = await readJson(join(folder, 'manifest.json'));
  const artifacts = Object.entries(record(manifest['artifacts']));
  const templates = await Promise.all(
    artifacts.map(async ([name, artifact]) => {
      const { type, properties } = record(artifact);
      const { templateFile, stackName, directoryName } = record(properties);
      if (type === 'cdk:cloud-assembly' && typeof directoryName === 'string') {
        return readFolder(join(folder, directoryName));
      }
      if (type !== 'aws:cloudformation:stack' || typeof templateFile !== 'string') return [];
      const readAs = typeof stackName === 'string' ? stackName : name;
      return [await readTemplate(join(folder, templateFile), readAs)];
    }),
  );
  return templates.flat();
}
