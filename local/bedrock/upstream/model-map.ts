import { readFile } from 'node:fs/promises';
import { parseYaml } from '#local/bedrock/server/parse-yaml.ts';
import { describeProblems } from '#local/wire/describe-problems.ts';
import { map, readShape, string } from '#local/wire/shape.ts';

/** The upstream's name for a model of Bedrock's; nothing where none is given. */
export type ModelMap = (modelId: string) => string | undefined;

/**
 * Reads a file of lines `us.anthropic.*: qwen3:8b`, in YAML or JSON: the first whose glob fits is
 * taken. Throws an error that names what is wrong.
 */
export async function readModelMap(file: string): Promise<ModelMap> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(`--model-map: ${file} cannot be read`, { cause: error });
  });
  const entries = readShape(map(string({ min: 1 })), parseYaml(text, file), (problems) => {
    return new Error(describeProblems(`${file}:`, problems));
  });
  return toModelMap(entries);
}

export function toModelMap(entries: Readonly<Record<string, string>>): ModelMap {
  const forms = Object.entries(entries).map(([glob, name]) => {
    const parts = glob.split('*').map((part) => RegExp.escape(part));
    return [new RegExp(`^${parts.join('.*')}$`, 'u'), name] as const;
  });
  return (modelId) => forms.find(([form]) => form.test(modelId))?.[1];
}
