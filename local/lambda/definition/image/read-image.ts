import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { RemoteCodeError } from '#local/lambda/definition/asset-path.ts';
import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';
import {
  readDockerfile,
  type ImageCommand,
  type ImageRecipe,
} from '#local/lambda/definition/image/read-dockerfile.ts';
import { noRebuild, type CodeSettings } from '#local/lambda/definition/prepare-code.ts';
import { unsupportedReason } from '#local/lambda/environment/runtimes.ts';
import { readProperties, type Properties } from '#local/template/properties.ts';
import type { Resource } from '#local/template/stacks.ts';

/** What an image has in place of the code, the runtime and the handler of an archive. */
export type ImageCode = Pick<
  FunctionDefinition,
  'root' | 'sources' | 'rebuild' | 'runtime' | 'handler' | 'environment' | 'image'
>;

/**
 * Reads the Dockerfile of a function whose code is a container image. Its program runs from the
 * folder of the build, without a container. Throws `RemoteCodeError` for an image that cannot.
 */
export async function readImage(resource: Resource, settings: CodeSettings): Promise<ImageCode> {
  const { key, properties } = resource;
  const build = findBuild(resource);
  const recipe = await readRecipe(key, build);
  const runtime = runtimeOf(recipe.base);
  if (runtime === undefined)
    throw new RemoteCodeError(`${key}: images that begin with ${recipe.base} are not hosted here`);
  const reason = unsupportedReason(runtime);
  if (reason !== undefined) throw new RemoteCodeError(`${key}: ${reason}`);
  const start = startOf(key, recipe, properties.nested('ImageConfig'));
  const root = findRoot(key, build.context, recipe, start);
  const shared = { root, sources: [root], rebuild: noRebuild, environment: ownVariables(recipe) };
  warnOfInstalls({ key, root, recipe }, settings);
  if (start.type === 'handler')
    return { ...shared, runtime, handler: start.handler, image: { type: 'handler' } };
  const folder = join(resolve(settings.folder), key.replaceAll(/[^\w-]/gu, '-'));
  const program = await writeProgram(folder, start.line);
  return { ...shared, runtime, handler: start.line, image: { type: 'application', program } };
}

interface ImageBuild {
  readonly context: string;
  readonly dockerfile: string;
  readonly target: string | undefined;
}

/** SAM and the CDK say in the metadata of a function how its image is built. */
function findBuild({ key, metadata, stack }: Resource): ImageBuild {
  const given = readProperties(`${key}.Metadata`, metadata);
  const either = (sam: string, cdk: string): string | undefined =>
    given.optionalText(sam) ?? given.optionalText(cdk);
  const folder = either('DockerContext', 'aws:asset:path');
  if (folder === undefined)
    throw new RemoteCodeError(
      `${key}: its image is in a registry. Metadata with Dockerfile and DockerContext would say what it is built from`,
    );
  return {
    context: resolve(stack.template.folder, folder),
    dockerfile: either('Dockerfile', 'aws:asset:dockerfile-path') ?? 'Dockerfile',
    target: either('DockerBuildTarget', 'aws:asset:docker-build-target'),
  };
}

async function readRecipe(
  key: string,
  { context, dockerfile, target }: ImageBuild,
): Promise<ImageRecipe> {
  const file = join(context, dockerfile);
  if (!existsSync(file)) throw new Error(`${key}: there is no Dockerfile ${file}`);
  try {
    return readDockerfile(await readFile(file, 'utf8'), target);
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** Returns the runtime that an image has: AWS's own bases, and those of Node and Python. */
function runtimeOf(base: string): string | undefined {
  const [, name = '', version = ''] =
    /(?:^|\/)(?:aws-lambda-)?(node|nodejs|python):(\d+(?:\.\d+)?)/u.exec(base) ?? [];
  if (name === '') return undefined;
  return name === 'python' ? `python${version}` : `nodejs${version.split('.')[0]}.x`;
}

type ImageStart =
  | { readonly type: 'handler'; readonly handler: string }
  | { readonly type: 'application'; readonly line: string };

/** The Lambda Web Adapter starts a program; AWS's runtime clients import a handler. */
function startOf(key: string, recipe: ImageRecipe, config: Properties): ImageStart {
  const { base, copies } = recipe;
  const isAdapted = copies.some(
    ({ from, sources }) => from !== undefined && sources.some((each) => each.endsWith('adapter')),
  );
  const entryPoint = ownWords(config, 'EntryPoint') ?? recipe.entryPoint;
  const command = ownWords(config, 'Command') ?? recipe.command;
  if (isAdapted)
    return { type: 'application', line: [entryPoint, command].flatMap(toLine).join(' ') };
  const words = [entryPoint, command].flatMap(toWords);
  if (!base.includes('lambda') && !words.some((each) => runtimeClients.test(each)))
    throw new RemoteCodeError(
      `${key}: its image has neither a runtime client nor the Lambda Web Adapter`,
    );
  return { type: 'handler', handler: words.at(-1) ?? '' };
}

const runtimeClients = /^(?:awslambdaric|(?:.*\/)?aws-lambda-ric)$/u;

function toWords(command: ImageCommand | undefined): readonly string[] {
  if (command === undefined) return [];
  return command.type === 'words' ? command.words : command.line.trim().split(/\s+/u);
}

/** Search paths are those of the container. */
function ownVariables({ environment }: ImageRecipe): Record<string, string> {
  const entries = Object.entries(environment);
  return Object.fromEntries(
    entries.filter(([name, value]) => !name.endsWith('PATH') && !value.includes('$')),
  );
}

function ownWords(config: Properties, name: string): ImageCommand | undefined {
  return config.has(name) ? { type: 'words', words: config.texts(name) } : undefined;
}

function toLine(command: ImageCommand | undefined): readonly string[] {
  if (command === undefined) return [];
  const line = command.type === 'line' ? command.line : command.words.map(quote).join(' ');
  // Images of Python have this name for it; machines often have only the other one.
  return [line.replace(/^(exec\s+)?python(?=\s)/u, '$1python3')];
}

function quote(word: string): string {
  return /^[\w./:=@-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Returns the folder whose files the image has in its working folder: the first one copied that
 * contains what is started, else the folder of the build.
 */
function findRoot(
  key: string,
  context: string,
  { copies }: ImageRecipe,
  start: ImageStart,
): string {
  const places = copies
    .filter(({ from }) => from === undefined)
    .flatMap(({ sources }) => sources.map((source) => folderOf(join(context, source))));
  const folders = [...places, context];
  const root = folders.find((folder) => containsStart(folder, start));
  if (root !== undefined) return resolve(root);
  if (start.type === 'application') return context;
  throw new RemoteCodeError(
    `${key}: its handler ${start.handler} is made by a build of its image, which does not run here`,
  );
}

function folderOf(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? path : dirname(path);
}

function containsStart(folder: string, start: ImageStart): boolean {
  if (start.type === 'application')
    return start.line.split(/\s+/u).some((word) => isFile(join(folder, word)));
  const name = start.handler.slice(0, start.handler.lastIndexOf('.'));
  const names = ['.js', '.mjs', '.cjs'].map((end) => name + end);
  return [...names, `${name.replaceAll('.', '/')}.py`].some((each) => isFile(join(folder, each)));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Packages are installed while an image is built. */
function warnOfInstalls(
  { key, root, recipe }: { key: string; root: string; recipe: ImageRecipe },
  { warn }: CodeSettings,
): void {
  const installs = recipe.runs.filter((each) => /\b(?:npm|yarn|pnpm|pip3?|uv)\b/u.test(each));
  if (installs.length === 0 || existsSync(join(root, 'node_modules'))) return;
  warn(
    `${key}: runs without its container. What its image installs must be here: ${installs.join('; ')}`,
  );
}

async function writeProgram(folder: string, line: string): Promise<string> {
  const file = join(folder, 'start.sh');
  await mkdir(folder, { recursive: true });
  await writeFile(file, `#!/bin/sh\n${line}\n`);
  await chmod(file, 0o755);
  return file;
}
