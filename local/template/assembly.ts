import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, record } from '#local/template/json.ts';
import { readTemplate, type Template } from '#local/template/template.ts';

/**
 * Reads every stack of a `cdk.out` folder, including those of its stages, or a single
 * CloudFormation or SAM template. Throws an error that names the file and what is wrong with it.
 */
export async function readAssembly(path: string): Promise<readonly Template[]> {
  if (!existsSync(path)) throw new Error(`There is no template at ${path}`);
  if (!(await stat(path)).isDirectory()) return [await readTemplate(path, 'local')];
  const templateFile = templateFiles
    .map((name) => join(path, name))
    .find((file) => existsSync(file));
  const isAssembly = existsSync(join(path, 'manifest.json'));
  if (!isAssembly && templateFile !== undefined) return [await readTemplate(templateFile, 'local')];
  const stacks = await readFolder(path);
  if (stacks.length === 0) throw new Error(`${path} contains no stack`);
  return stacks;
}

/** The usual names of a project's template. */
const templateFiles = ['template.yaml', 'template.yml', 'template.json'];

async function readFolder(folder: string): Promise<readonly Template[]> {
  const manifestFile = join(folder, 'manifest.json');
  if (!existsSync(manifestFile))
    throw new Error(`${folder} is a folder without a manifest.json or a template.yaml`);
  const artifacts = Object.entries(record((await readJson(manifestFile))['artifacts']));
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
