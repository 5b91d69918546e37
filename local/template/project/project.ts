import { existsSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { sam, tools, type Tool } from '#local/template/project/tools.ts';
import { readJson } from '#local/template/json.ts';

/** A project of a tool, in its folder. */
export interface Project {
  readonly tool: Tool;
  readonly folder: string;
  /** The path of the file that makes it a project of the tool, unless only the output is there. */
  readonly source: string | undefined;
  /** The path of the folder that the tool leaves. */
  readonly output: string;
  /** The path of the file in it which is written last. */
  readonly template: string;
  readonly hasOutput: boolean;
}

/** Returns the projects in a folder, by their sources or by what their tools left. */
export async function projectsIn(folder: string): Promise<readonly Project[]> {
  const all = await Promise.all(tools.map((tool) => projectOf(tool, folder)));
  return all.filter(({ source, hasOutput }) => source !== undefined || hasOutput);
}

/** Returns the project to which a folder such as `.aws-sam/build` or `.amplify` belongs. */
export async function projectAround(path: string): Promise<Project | undefined> {
  for (const tool of tools) {
    const parts = tool.output.split('/');
    for (let count = parts.length; count > 0; count -= 1) {
      const end = `${sep}${parts.slice(0, count).join(sep)}`;
      if (path.endsWith(end)) return projectOf(tool, path.slice(0, -end.length));
    }
  }
  return undefined;
}

/** Returns the project to which a file such as `serverless.yml` belongs. */
export async function projectOfSource(path: string): Promise<Project | undefined> {
  for (const tool of tools.filter((each) => each !== sam)) {
    const source = tool.sources.find((name) => path.endsWith(`${sep}${join(name)}`));
    if (source !== undefined) return projectOf(tool, path.slice(0, -source.length - 1));
  }
  return undefined;
}

async function projectOf(tool: Tool, folder: string): Promise<Project> {
  const source = tool.sources
    .map((name) => join(folder, name))
    .find((file) => existsSync(file) && (tool !== sam || isTemplate(file)));
  const output = join(folder, await outputOf(tool, source));
  const template = join(output, tool.template);
  return { tool, folder, source, output, template, hasOutput: existsSync(template) };
}

/** Other tools have templates, too: those of a template engine may be called `template.json`. */
function isTemplate(file: string): boolean {
  return /(?:^|[{,])\s*"?Resources"?\s*:/mu.test(readFileSync(file, 'utf8'));
}

/** A `cdk.json` can name another folder. */
async function outputOf(tool: Tool, source: string | undefined): Promise<string> {
  if (source?.endsWith('cdk.json') !== true) return tool.output;
  const { output } = await readJson(source);
  return typeof output === 'string' ? output : tool.output;
}
