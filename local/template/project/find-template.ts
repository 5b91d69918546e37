import { existsSync, statSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { isAssembly } from '#local/template/project/assembly.ts';
import { newerSource } from '#local/template/project/newer-source.ts';
import {
  projectAround,
  projectOfSource,
  projectsIn,
  type Project,
} from '#local/template/project/project.ts';
import { sam, serverlessTemplate, tools } from '#local/template/project/tools.ts';

/** A template that can be hosted, and how it was found. */
export interface FoundTemplate {
  /** A template's file, or the folder of an assembly of CDK. */
  readonly path: string;
  /** What was found in a folder and what is hosted of it, in one line. */
  readonly report?: string | undefined;
  /** That the tool has not run since the sources were changed. */
  readonly warning?: string | undefined;
}

/**
 * Finds the template of a project as its deployment tool leaves it. The path is a template, a
 * project's folder, or a tool's output. Throws an error that says which command makes a missing
 * output, or what was looked for if the folder has no project or several.
 */
export async function findTemplate(given: string): Promise<FoundTemplate> {
  const path = resolve(given);
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind?.isFile() === true) {
    const project = await projectOfSource(path);
    return project === undefined ? { path } : hostOutput(project);
  }
  const around = await projectAround(path);
  if (around !== undefined) {
    const isKnown = around.hasOutput || around.source !== undefined;
    if (isKnown || kind === undefined) return hostOutput(around);
  }
  if (kind === undefined) throw new Error(`There is no template at ${given}`);
  return hostFolder(path);
}

async function hostFolder(folder: string): Promise<FoundTemplate> {
  if (await isAssembly(folder)) {
    return { path: folder, report: `Hosting the CDK assembly ${folder}` };
  }
  const packaged = join(folder, serverlessTemplate);
  if (existsSync(packaged)) {
    return { path: packaged, report: `Hosting the Serverless Framework package ${folder}` };
  }
  const [project, ...others] = await projectsIn(folder);
  if (project === undefined) throw new Error(await nothingFound(folder));
  if (others.length > 0) throw new Error(severalFound(folder, [project, ...others]));
  const { tool, source, output, hasOutput } = project;
  if (tool === sam && source !== undefined && !hasOutput) return hostSource(folder, source);
  const found = hostOutput(project);
  const newer = source === undefined ? undefined : await newerSource(project);
  return { ...found, warning: newer && `${newer} is newer than ${output}: ${adviceFor(project)}` };
}

/** Hosts what the tool left. Throws an error with the command that makes it if it is missing. */
function hostOutput(project: Project): FoundTemplate {
  const { tool, folder, source, output, template, hasOutput } = project;
  if (!hasOutput) {
    const found = source === undefined ? '' : `${folder} is ${tool.title}. `;
    throw new Error(`${found}There is no ${template}: ${adviceFor(project)}`);
  }
  const path = tool.hosts === 'output' ? output : template;
  return { path, report: `${folder} is ${tool.title}: hosting ${relative(folder, path)}` };
}

function adviceFor({ tool, folder }: Project): string {
  return `type "${tool.command}" in ${folder}${tool.caution ?? ''}`;
}

async function hostSource(folder: string, source: string): Promise<FoundTemplate> {
  const file = relative(folder, source);
  const isSam = (await readFile(source, 'utf8')).includes('AWS::Serverless-2016-10-31');
  const report = isSam
    ? `${folder} is a SAM project without ${sam.output}: hosting ${file} as it is. "${sam.command}" in ${folder} installs the packages of its functions`
    : `${folder} has a CloudFormation template: hosting ${file}`;
  return { path: source, report };
}

function severalFound(folder: string, projects: readonly Project[]): string {
  const lines = projects.map(({ tool, source, output, template, hasOutput }) => {
    const path = !hasOutput && tool === sam && source !== undefined ? source : output;
    const before = hasOutput || path === source ? '' : `, after "${tool.command}" in ${folder}`;
    return `  npm run local -- ${path}  (${tool.title}: ${relative(folder, source ?? template)}${before})`;
  });
  return [`${folder} has projects of several tools. Type the one to host:`, ...lines].join('\n');
}

async function nothingFound(folder: string): Promise<string> {
  const lines = tools.map(
    ({ title, sources, output }) => `  ${sources[0]} or ${output}, for ${title}`,
  );
  const nested = await foldersWithProjects(folder);
  return [
    `${folder} has no project and no template. In a folder, the local host looks for:`,
    ...lines,
    ...(nested.length === 0
      ? ['Type npm run local -- FOLDER, or the path of a template in JSON or YAML.']
      : ['Projects below it, each to be hosted by itself:', ...nested]),
  ].join('\n');
}

/** Looks two folders deep, as in `packages/api`. */
async function foldersWithProjects(folder: string): Promise<readonly string[]> {
  const entries = glob('{*,*/*}', { cwd: folder, withFileTypes: true, exclude: isHidden });
  const found: string[] = [];
  for await (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() && (await projectsIn(path)).length > 0) found.push(path);
  }
  return found
    .toSorted()
    .slice(0, 10)
    .map((path) => `  npm run local -- ${path}`);
}

function isHidden({ name }: { readonly name: string }): boolean {
  return name === 'node_modules' || name.startsWith('.');
}
