import type { Variables } from '#aws/composition/environment/variables.ts';
import type { Guardrail } from '#aws/model/guardrail.ts';
import { traitsOf } from '#aws/model/model-traits.ts';
import {
  efforts,
  promptCaches,
  serviceTiers,
  type OfferedSettings,
  type ServiceTier,
} from '#domain/model-settings.ts';

/**
 * Reads the settings of the models that requests may name. Throws an error that names the variable
 * at fault.
 */
export function readOfferedSettings(
  variables: Variables,
  models: readonly string[],
): OfferedSettings {
  const [tier = 'default', ...tiers] = readWords(variables, 'SERVICE_TIERS', serviceTiers);
  const [effort] = readWords(variables, 'MODEL_EFFORT', efforts);
  const [promptCache] = readWords(variables, 'PROMPT_CACHE', promptCaches);
  const thinking = variables['MODEL_THINKING'] === 'true' ? true : undefined;
  return {
    defaults: { effort, thinking, promptCache },
    serviceTiers: [tier, ...tiers],
    traits: Object.fromEntries(models.map((id) => [id, traitsOf(id)])),
  };
}

/** Reads the tier of requests that name none; undefined for the standard one. */
export function readServiceTier(variables: Variables): ServiceTier | undefined {
  const [tier] = readWords(variables, 'SERVICE_TIERS', serviceTiers);
  return tier === 'default' ? undefined : tier;
}

function readWords<Word extends string>(
  variables: Variables,
  name: string,
  words: readonly Word[],
): readonly Word[] {
  const values = (variables[name] ?? '').split(',').filter((value) => value !== '');
  return values.map((value) => {
    const word = words.find((each) => each === value);
    if (word === undefined) throw new Error(`${name}: must be one of ${words.join(', ')}`);
    return word;
  });
}

/** Reads the guardrail, if there is one. Throws an error that names the variable at fault. */
export function readGuardrail({ GUARDRAIL: text = '' }: Variables): Guardrail | undefined {
  if (text === '') return undefined;
  const [, id, version] = /^([a-z\d]+):(DRAFT|[1-9]\d*)$/u.exec(text) ?? [];
  if (id === undefined || version === undefined) throw new Error('GUARDRAIL: must be ID:VERSION');
  return { id, version };
}
