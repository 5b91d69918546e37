import { toNumber } from '#local/wire/json/exact-json.ts';
import { refusal, type ModelRule, type RuledRequest } from '#local/bedrock/rules/model-rule.ts';

/** The rules about temperature, top_p and top_k. */

export const deprecatedSampling: ModelRule = {
  name: 'deprecated-sampling',
  summary:
    'Sampling parameters that the model no longer takes: leave `temperature`, `top_p` and `top_k` ' +
    'out. A temperature of 1, the default, is accepted.',
  sources: [
    'https://github.com/NousResearch/hermes-agent/issues/36151',
    'https://github.com/mnfst/modelparams.dev/pull/238',
    'https://github.com/promptfoo/promptfoo/issues/10307',
    'https://docs.aws.amazon.com/bedrock/latest/userguide/model-card-anthropic-claude-opus-4-7.html',
  ],
  checked: '2026-11-30',
  check(request) {
    const { sampling } = request.model.traits;
    const { temperature, topP, topK } = readSampling(request);
    const refused = [
      sampling.temperature === 'deprecated' && temperature !== undefined && temperature !== 1
        ? 'temperature'
        : undefined,
      sampling.topP === 'deprecated' && topP !== undefined ? 'top_p' : undefined,
      sampling.topK === 'deprecated' && topK !== undefined ? 'top_k' : undefined,
    ].find((name) => name !== undefined);
    if (refused === undefined) return;
    throw refusal(request, `\`${refused}\` is deprecated for this model.`);
  },
};

export const defaultTemperature: ModelRule = {
  name: 'default-temperature',
  summary: 'A temperature of 1 for a model that no longer takes temperatures: leave it out.',
  sources: [
    'https://github.com/logancyang/obsidian-copilot/pull/2601',
    'https://github.com/mnfst/modelparams.dev/pull/238',
  ],
  checked: '2026-11-30',
  isOff: 'one report says that Bedrock refuses the default, too; Anthropic’s own API accepts it',
  check(request) {
    const { temperature } = readSampling(request);
    if (request.model.traits.sampling.temperature !== 'deprecated' || temperature !== 1) return;
    throw refusal(request, '`temperature` is deprecated for this model.');
  },
};

export const exclusiveSampling: ModelRule = {
  name: 'exclusive-sampling',
  summary: '`temperature` and `top_p` together: use one of them.',
  sources: ['https://platform.claude.com/docs/en/about-claude/models/migration-guide'],
  checked: '2026-11-30',
  check(request) {
    if (request.model.traits.sampling.exclusive !== true) return;
    const { temperature, topP } = readSampling(request);
    if (temperature === undefined || topP === undefined) return;
    throw refusal(
      request,
      '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
    );
  },
};

/** The sampling parameters of a request. One that is null counts as absent. */
export interface AskedSampling {
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly topK: number | undefined;
}

/**
 * Returns the sampling parameters of a request. In Converse they can also be among the fields that
 * it passes on to the model.
 */
export function readSampling({ asked: { fields }, inference }: RuledRequest): AskedSampling {
  return {
    temperature: inference.temperature ?? toNumber(fields['temperature']),
    topP: inference.topP ?? toNumber(fields['top_p']),
    topK: toNumber(fields['top_k']),
  };
}
