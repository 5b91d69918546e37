import { readFile } from 'node:fs/promises';
import { parseYaml } from '#local/bedrock/server/parse-yaml.ts';
import { describeProblems } from '#local/wire/describe-problems.ts';
import { map, readShape, string } from '#local/wire/shape.ts';

/** Maps a Bedrock model id to the upstream server's model, or to undefined. */
export type ModelMap = (modelId: string) => string | undefined;

/**
 * Reads a YAML or JSON file of lines such as `us.anthropic.*: qwen3:8b`. The first glob that matches
 * is used. Throws an error that names the problem.
 */
export async function readModelMap(file: string): Promise<ModelMap> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(`--model-map: ${file} cannot be read`, { cause: error });
  });
  const entries = readShape(map(string({ min: 1 })), await parseYaml(text, file), (problems) => {
    return new Error(describeProblems(`${file}:`, problems));
  });
  return toModelMap(entries);
}

function toModelMap(entries: Readonly<Record<string, string>>): ModelMap {
  const patterns = Object.entries(entries).map(([glob, name]) => {
    const parts = glob.split('*').map((part) => RegExp.escape(part));
    return [new RegExp(`^${parts.join('.*')}$`, 'u'), name] as const;
  });
  return (modelId) => patterns.find(([pattern]) => pattern.test(modelId))?.[1];
}
