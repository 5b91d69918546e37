import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { isRecord } from '#local/wire/shape.ts';
import { resolveAssetFolder } from '#local/lambda/definition/asset-path.ts';
import { readProperties, type Properties } from '#local/template/properties.ts';
import type { Resource } from '#local/template/stacks.ts';

export interface CodeSettings {
  /** Where code is written that the template does not contain as a folder. */
  readonly folder: string;
  /** Returns the folder of an archive's files. */
  unpack(archive: string): Promise<string>;
  warn(message: string): void;
}

/** A function's code, ready to run. */
export interface PreparedCode {
  /** The folder to run it in: the original one, or one built from inline or source code. */
  readonly root: string;
  /** The folders that it is built from. */
  readonly sources: readonly string[];
  /** Builds it again from its changed sources. */
  rebuild(): Promise<void>;
}

/** Prepares a function's code to run. Throws if the code does not exist or cannot be built. */
export async function prepareCode(
  resource: Resource,
  { folder, unpack }: CodeSettings,
): Promise<PreparedCode> {
  const { key, properties, stack } = resource;
  const output = join(resolve(folder), key.replaceAll(/[^\w-]/gu, '-'));
  const code = properties.raw('Code');
  if (isRecord(code) && typeof code['ZipFile'] === 'string') {
    return {
      root: await writeInline(resource, code['ZipFile'], output),
      sources: [],
      rebuild: noRebuild,
    };
  }
  const reference = { property: `${key}.Code`, template: stack.template };
  const root = await resolveAssetFolder(reference, code, unpack);
  if (!mustBeBuilt(resource)) return { root, sources: [root], rebuild: noRebuild };
  const rebuild = async (): Promise<void> => {
    await build(buildOptions(resource, root, output));
  };
  await rebuild();
  return { rebuild, root: output, sources: [root] };
}

/** What `sam build` wrote keeps the settings of the build. It has a folder and a mark of its own. */
function mustBeBuilt({ key, metadata, stack }: Resource): boolean {
  const properties = readProperties(`${key}.Metadata`, metadata);
  const isInBuild = stack.template.folder.split(sep).includes('.aws-sam');
  const isBuilt = isInBuild || properties.has('SamResourceId');
  return properties.optionalText('BuildMethod') === 'esbuild' && !isBuilt;
}

/** The `rebuild` of code that is not built. */
export const noRebuild = (): Promise<void> => Promise.resolve();

/** Writes inline code into a file named `index`, as CloudFormation does. Returns its folder. */
async function writeInline(
  { properties }: Resource,
  code: string,
  folder: string,
): Promise<string> {
  const isPython = properties.text('Runtime').startsWith('python');
  const [source, target] = isPython
    ? ['cfnresponse.py', 'cfnresponse.py']
    : ['cfn-response.cjs', 'node_modules/cfn-response/index.js'];
  await mkdir(dirname(join(folder, target)), { recursive: true });
  await writeFile(join(folder, isPython ? 'index.py' : 'index.js'), code);
  // CloudFormation puts its module for custom resources beside inline code only.
  await copyFile(join(import.meta.dirname, '../runtime/inline', source), join(folder, target));
  return folder;
}

/** esbuild's options from SAM's `Metadata.BuildProperties`, which names them differently. */
function buildOptions({ key, metadata }: Resource, root: string, output: string): BuildOptions {
  const properties = readProperties(`${key}.Metadata`, metadata).nested('BuildProperties');
  const entries = properties.texts('EntryPoints');
  const format = properties.choice('Format', ['cjs', 'esm'], 'cjs');
  const extensions = outExtensions(properties);
  const loaders = properties.texts('Loader').map((pair) => pair.split('='));
  return {
    format,
    absWorkingDir: root,
    entryPoints: entries.length === 0 ? ['app.ts'] : [...entries],
    outdir: output,
    outbase: root,
    bundle: properties.flag('Bundle', true),
    minify: properties.flag('Minify', true),
    sourcemap: properties.flag('Sourcemap'),
    keepNames: properties.flag('KeepNames'),
    platform: 'node',
    target: properties.optionalText('Target') ?? 'es2020',
    external: [...properties.texts('External')],
    mainFields: (properties.optionalText('MainFields') ?? 'main').split(','),
    logLevel: 'error',
    ...(loaders.length === 0 ? {} : { loader: Object.fromEntries(loaders) }),
    ...(extensions === undefined ? {} : { outExtension: extensions }),
    ...bannerOption(properties),
  };
}

/** Each item has the form `.js=.mjs`. */
function outExtensions(properties: Properties): Record<string, string> | undefined {
  const pairs = properties.texts('OutExtension').map((pair) => pair.split('='));
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}

function bannerOption(properties: Properties): Pick<BuildOptions, 'banner'> {
  const pairs = properties.texts('Banner').map((pair) => pair.split(/=(.*)/su).slice(0, 2));
  return pairs.length === 0 ? {} : { banner: Object.fromEntries(pairs) };
}
