import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseYaml } from '#local/bedrock/server/parse-yaml.ts';
import type { BedrockOptions } from '#local/bedrock/bedrock.ts';
import { readGuardrail, type Guardrail } from '#local/bedrock/guardrails/guardrail.ts';
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

/**
 * Reads scenarios, guardrails, models and a quota from a YAML or JSON file. Throws if it is
 * invalid.
 */
export async function readScenarioFile(
  file: string,
): Promise<Pick<BedrockOptions, 'scenarios' | 'guardrails' | 'quota' | 'models'>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(`--scenarios: ${file} cannot be read`, { cause: error });
  });
  const parsed = await parseYaml(text, file);
  const settings = Array.isArray(parsed) ? { scenarios: parsed } : (parsed ?? {});
  const read = readShape(fileShape, settings, (problems) => {
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
  const duplicate = ids.find((id, index) => ids.indexOf(id) !== index);
  if (duplicate !== undefined) throw new Error(`${file}: guardrails: duplicate ${duplicate}`);
  return { guardrails, scenarios, quota, models };
}

/** The id of a knowledge base whose option names only a folder. */
const defaultId = 'LOCALKB001';

/** Indexes folders, written as `DIR` or `ID=DIR`. Throws if an id is not valid on AWS. */
export async function readKnowledgeBases(
  values: readonly string[],
  log: (line: string) => void,
): Promise<readonly KnowledgeBase[]> {
  if (values.length === 0) return [];
  const { readKnowledgeFolder } = await import('#local/bedrock/knowledge/read-folder.ts');
  const bases: KnowledgeBase[] = [];
  for (const value of values) {
    const [, ownId, folder = value] = /^([^=/\\]+)=(.+)$/u.exec(value) ?? [];
    const id = ownId ?? defaultId;
    if (!/^[0-9a-zA-Z]{10}$/u.test(id)) {
      throw new Error(
        `--knowledge: the id must be ten letters or digits, not ${JSON.stringify(id)}`,
      );
    }
    const { base, documents, passages, skipped } = await readKnowledgeFolder(id, resolve(folder));
    log(`Knowledge base ${id}: ${documents} documents, ${passages} passages from ${folder}`);
    for (const line of skipped) log(`! Skipped ${line}`);
    bases.push(base);
  }
  return bases;
}
