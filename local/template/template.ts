import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve as resolvePath } from 'node:path';
import { expandLoops } from '#local/template/for-each.ts';
import { readJson, record, type Json } from '#local/template/json.ts';
import { include } from '#local/template/include.ts';
import { readServerlessFiles } from '#local/template/project/serverless-files.ts';
import { serverlessTemplate } from '#local/template/project/tools.ts';
import { transformSam } from '#local/template/sam/transform.ts';
import { parseTemplate } from '#local/template/text.ts';

export interface TemplateResource {
  readonly type: string;
  readonly properties: Json;
  readonly condition: string | undefined;
  readonly metadata: Json;
  /** The logical ids of the resources that must exist before it. */
  readonly dependsOn: readonly string[];
  /** Whether it outlives its declaration (`DeletionPolicy`). */
  readonly isRetained: boolean;
}

/** A template with SAM's resources rewritten as CloudFormation's. References are not resolved. */
export interface Template {
  readonly stackName: string;
  readonly resources: ReadonlyMap<string, TemplateResource>;
  /** The declarations of its parameters. */
  readonly parameters: Json;
  readonly conditions: Json;
  readonly mappings: Json;
  readonly outputs: Json;
  /** The folder of the template. Relative paths in it start there. */
  readonly folder: string;
  /** Paths of files that a tool would upload, by the end of their key in the bucket. */
  readonly assets: ReadonlyMap<string, string>;
  /** What is left out and changes how the system behaves. */
  readonly warnings: readonly string[];
  /** What is left out without consequences here. */
  readonly notes: readonly string[];
}

/** Reads a template in JSON or YAML. Throws an error that names the file and what is wrong. */
export async function readTemplate(file: string, stackName: string): Promise<Template> {
  const repeated: string[] = [];
  const warn = (message: string): void => void repeated.push(message);
  const parsed = parseTemplate(await readFile(file, 'utf8'), file, warn);
  const json = expandLoops(record(include(parsed, dirname(file), warn)));
  if (Object.keys(record(json['Resources'])).length === 0) {
    throw new Error(`${file}: has no Resources`);
  }
  const { resources, conditions, warnings, notes } = transformSam(json);
  const entries = Object.entries(resources).map(toResource);
  return {
    stackName,
    warnings: [...repeated, ...warnings],
    notes,
    conditions,
    resources: new Map(entries),
    parameters: record(json['Parameters']),
    mappings: record(json['Mappings']),
    outputs: record(json['Outputs']),
    folder: dirname(resolvePath(file)),
    assets: await readAssets(file),
  };
}

function toResource([logicalId, value]: [string, unknown]): [string, TemplateResource] {
  const { Type: type, Properties, Condition: condition, Metadata, ...others } = record(value);
  const { DependsOn = [], DeletionPolicy } = others;
  if (typeof type !== 'string') throw new Error(`${logicalId}: Type: must be a string`);
  return [
    logicalId,
    {
      type,
      properties: record(Properties),
      condition: typeof condition === 'string' ? condition : undefined,
      metadata: record(Metadata),
      dependsOn: [DependsOn].flat().map(String),
      isRetained: String(DeletionPolicy).startsWith('Retain'),
    },
  ];
}

/**
 * Returns the file that a tool would upload for the key of an S3 object or for its URL, or
 * `undefined`. The listed keys are ends of the whole path.
 */
export function assetFile({ assets }: Pick<Template, 'assets'>, key: string): string | undefined {
  const parts = key.split('/');
  return parts
    .map((_, index) => assets.get(parts.slice(index).join('/')))
    .find((file) => file !== undefined);
}

/** Returns the files that CDK or the Serverless Framework would upload for a template. */
function readAssets(file: string): Promise<ReadonlyMap<string, string>> {
  return basename(file) === serverlessTemplate ? readServerlessFiles(file) : readCdkAssets(file);
}

/** Reads the list beside a CDK template. */
async function readCdkAssets(file: string): Promise<ReadonlyMap<string, string>> {
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
