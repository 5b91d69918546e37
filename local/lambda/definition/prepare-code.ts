import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { isRecord } from '#local/wire/shape.ts';
import { resolveAssetFolder } from '#local/lambda/definition/asset-path.ts';
import { readProperties, type Properties } from '#local/template/properties.ts';
import type { Resource } from '#local/template/stacks.ts';

export interface CodeSettings {
  /** Where code is kept that the template does not have as a folder. */
  readonly folder: string;
  warn(message: string): void;
}

/** A function's code, ready to run. */
export interface PreparedCode {
  /** The folder it runs in: its own, or one made from inline or source code. */
  readonly root: string;
  /** The folders that it is made from. */
  readonly sources: readonly string[];
  /** Makes it anew from what has changed. */
  rebuild(): Promise<void>;
}

/** Makes a function's code ready to run. Throws where it is not there, or cannot be built. */
export async function prepareCode(
  resource: Resource,
  { folder }: CodeSettings,
): Promise<PreparedCode> {
  const { key, properties, metadata, stack } = resource;
  const own = join(resolve(folder), key.replaceAll(/[^\w-]/gu, '-'));
  const code = properties.raw('Code');
  if (isRecord(code) && typeof code['ZipFile'] === 'string') {
    return {
      root: await writeInline(resource, code['ZipFile'], own),
      sources: [],
      rebuild: asItIs,
    };
  }
  const root = await resolveAssetFolder({ place: `${key}.Code`, template: stack.template }, code, own);
  const method = readProperties(`${key}.Metadata`, metadata).optionalText('BuildMethod');
  if (method !== 'esbuild') return { root, sources: [root], rebuild: asItIs };
  const rebuild = async (): Promise<void> => {
    await build(buildOptions(resource, { root, own }));
  };
  await rebuild();
  return { rebuild, root: own, sources: [root] };
}

const asItIs = (): Promise<void> => Promise.resolve();

/** CloudFormation calls the file of inline code `index`. */
async function writeInline({ properties }: Resource, code: string, own: string): Promise<string> {
  const isPython = properties.text('Runtime').startsWith('python');
  await mkdir(own, { recursive: true });
  await writeFile(join(own, isPython ? 'index.py' : 'index.js'), code);
  return own;
}

interface Folders {
  readonly root: string;
  readonly own: string;
}

/** `Metadata.BuildProperties` of SAM, which are esbuild's options under other names. */
function buildOptions({ key, metadata }: Resource, { root, own }: Folders): BuildOptions {
  const given = readProperties(`${key}.Metadata`, metadata).nested('BuildProperties');
  const entries = given.texts('EntryPoints');
  const format = given.choice('Format', ['cjs', 'esm'], 'cjs');
  const extensions = outExtensions(given);
  const loaders = given.texts('Loader').map((pair) => pair.split('='));
  return {
    format,
    absWorkingDir: root,
    entryPoints: entries.length === 0 ? ['app.ts'] : [...entries],
    outdir: own,
    outbase: root,
    bundle: given.flag('Bundle', true),
    minify: given.flag('Minify', true),
    sourcemap: given.flag('Sourcemap'),
    keepNames: given.flag('KeepNames'),
    platform: 'node',
    target: given.optionalText('Target') ?? 'es2020',
    external: [...given.texts('External')],
    mainFields: (given.optionalText('MainFields') ?? 'main').split(','),
    logLevel: 'error',
    ...(loaders.length === 0 ? {} : { loader: Object.fromEntries(loaders) }),
    ...(extensions === undefined ? {} : { outExtension: extensions }),
    ...bannerOf(given),
  };
}

/** Written as a list of `.js=.mjs`. */
function outExtensions(given: Properties): Record<string, string> | undefined {
  const pairs = given.texts('OutExtension').map((pair) => pair.split('='));
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}

function bannerOf(given: Properties): Pick<BuildOptions, 'banner'> {
  const pairs = given.texts('Banner').map((pair) => pair.split(/=(.*)/su).slice(0, 2));
  return pairs.length === 0 ? {} : { banner: Object.fromEntries(pairs) };
}
