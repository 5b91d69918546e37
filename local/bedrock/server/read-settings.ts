import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseYaml } from '#local/bedrock/server/parse-yaml.ts';
import type { BedrockOptions } from '#local/bedrock/bedrock.ts';
import { readGuardrail, type Guardrail } from '#local/bedrock/guardrails/guardrail.ts';
import { readKnowledgeFolder } from '#local/bedrock/knowledge/read-folder.ts';
import type { KnowledgeBase } from '#local/bedrock/knowledge/knowledge-base.ts';
import { readScenario } from '#local/bedrock/scenarios/scenario.ts';
import { describeProblems } from '#local/wire/describe-problems.ts';
import {
  anything,
  closedStructure,
  integer,
  list,
  map,
  readShape,
  string,
} from '#local/wire/shape.ts';

const quotaShape = closedStructure(
  {},
  { rpm: integer({ min: 1 }), tpm: integer({ min: 1 }), concurrency: integer({ min: 1 }) },
);

const fileShape = closedStructure(
  {},
  {
    scenarios: list(anything),
    guardrails: list(anything),
    quota: quotaShape,
    models: map(string({ min: 1 })),
  },
);

/** Scenarios, guardrails, models and a quota from a file, in YAML or JSON. Throws for what is wrong in it. */
export async function readScenarioFile(
  file: string,
): Promise<Pick<BedrockOptions, 'scenarios' | 'guardrails' | 'quota' | 'models'>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(`--scenarios: ${file} cannot be read`, { cause: error });
  });
  const parsed = parseYaml(text, file);
  const whole = Array.isArray(parsed) ? { scenarios: parsed } : (parsed ?? {});
  const read = readShape(fileShape, whole, (problems) => {
    return new Error(describeProblems(`${file}:`, problems));
  });
  const guardrails: readonly Guardrail[] = (read.guardrails ?? []).map((item, index) =>
    readGuardrail(item, `${file}: guardrails.${index}`),
  );
  const { models = {}, quota = {}, scenarios = [] } = read;
  for (const [index, item] of scenarios.entries()) {
    readScenario(item, `${file}: scenarios.${index}`);
  }
  const ids = guardrails.map(({ id, version = '1' }) => `${id} ${version}`);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new Error(`${file}: guardrails: ${twice} is there twice`);
  return { guardrails, scenarios, quota, models };
}

/** The id of a folder that was given none. */
const defaultId = 'LOCALKB001';

/** Indexes folders, given as `DIR` or `ID=DIR`. Throws for an id that AWS would not have. */
export async function readKnowledgeBases(
  values: readonly string[],
  log: (line: string) => void,
): Promise<readonly KnowledgeBase[]> {
  const bases: KnowledgeBase[] = [];
  for (const value of values) {
    const [, given, folder = value] = /^([^=/\\]+)=(.+)$/u.exec(value) ?? [];
    const id = given ?? defaultId;
    if (!/^[0-9a-zA-Z]{10}$/u.test(id)) {
      throw new Error(`--knowledge: an id has ten letters and digits, not ${JSON.stringify(id)}`);
    }
    const { base, documents, passages, skipped } = await readKnowledgeFolder(id, resolve(folder));
    log(`Knowledge base ${id}: ${documents} documents, ${passages} passages from ${folder}`);
    for (const line of skipped) log(`! ${line} was skipped`);
    bases.push(base);
  }
  return bases;
}
