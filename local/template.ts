import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve as resolvePath } from 'node:path';
import { isRecord } from '#local/shape.ts';
import { readParameters } from '#local/template-parameters.ts';
import { parseTemplate } from '#local/template-text.ts';

export interface TemplateResource {
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly condition: string | undefined;
}

/** A template as it was written: nothing in it is resolved yet. */
export interface Template {
  readonly stackName: string;
  readonly resources: ReadonlyMap<string, TemplateResource>;
  /** What each parameter is: given by the caller, or by default. */
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly mappings: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Where the template is, from which relative paths in it lead. */
  readonly folder: string;
  /** Where the files are that it names by their key in an assets bucket. */
  readonly assets: ReadonlyMap<string, string>;
}

/**
 * Reads a `cdk.out` folder, which must hold one stack, or a CloudFormation template in JSON or YAML.
 * Throws an error that names the file and what is wrong with it, or with the parameters given.
 */
export async function readTemplate(
  path: string,
  given: Readonly<Record<string, string>> = {},
): Promise<Template> {
  if (!existsSync(path)) throw new Error(`There is no template at ${path}`);
  if (!(await stat(path)).isDirectory()) return readStack(path, 'local', given);
  const manifestFile = join(path, 'manifest.json');
  if (!existsSync(manifestFile)) throw new Error(`${path} is a folder without a manifest.json`);
  const stacks = stacksOf(await readJson(manifestFile));
  const [stack] = stacks;
  if (stack === undefined || stacks.length > 1) {
    throw new Error(`${path} must hold one stack, and holds ${stacks.length}`);
  }
  return readStack(join(path, stack.file), stack.name, given);
}

function stacksOf(manifest: Json): readonly { readonly name: string; readonly file: string }[] {
  return Object.entries(record(manifest['artifacts'])).flatMap(([name, artifact]) => {
    const { type, properties } = record(artifact);
    const file = record(properties)['templateFile'];
    if (type !== 'aws:cloudformation:stack' || typeof file !== 'string') return [];
    return [{ name, file }];
  });
}

async function readStack(
  file: string,
  stackName: string,
  given: Readonly<Record<string, string>>,
): Promise<Template> {
  const json = parseTemplate(await readFile(file, 'utf8'), file);
  const resources = Object.entries(record(json['Resources'])).map(toResource);
  return {
    stackName,
    resources: new Map(resources),
    parameters: readParameters(record(json['Parameters']), given),
    conditions: record(json['Conditions']),
    mappings: record(json['Mappings']),
    outputs: record(json['Outputs']),
    folder: dirname(resolvePath(file)),
    assets: await readAssets(file),
  };
}

function toResource([logicalId, value]: [string, unknown]): [string, TemplateResource] {
  const { Type, Properties, Condition } = record(value);
  if (typeof Type !== 'string') throw new Error(`${logicalId}: Type: must be a string`);
  const condition = typeof Condition === 'string' ? Condition : undefined;
  return [logicalId, { type: Type, properties: record(Properties), condition }];
}

/** CDK lists beside its template where the files are that it will upload. */
async function readAssets(file: string): Promise<ReadonlyMap<string, string>> {
  const assetsFile = file.replace('.template.json', '.assets.json');
  if (assetsFile === file || !existsSync(assetsFile)) return new Map();
  const files = Object.values(record((await readJson(assetsFile))['files']));
  const entries = files.flatMap((entry) => {
    const { path } = record(record(entry)['source']);
    const destinations = Object.values(record(record(entry)['destinations']));
    return destinations.flatMap((destination) => {
      const { objectKey } = record(destination);
      if (typeof path !== 'string' || typeof objectKey !== 'string') return [];
      return [[objectKey, resolvePath(dirname(file), path)] as const];
    });
  });
  return new Map(entries);
}

type Json = Readonly<Record<string, unknown>>;

function record(value: unknown): Json {
  return isRecord(value) ? value : {};
}

async function readJson(file: string): Promise<Json> {
  try {
    return record(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new Error(`${file} is not a template in JSON`, { cause: error });
  }
}
