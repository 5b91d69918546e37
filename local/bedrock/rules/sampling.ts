import { refusal, type ModelRule, type RuledRequest } from '#local/bedrock/rules/model-rule.ts';
import type { Sampling } from '#models/facts.ts';

/** The rules about temperature, top_p and top_k. */

interface Parameter {
  readonly trait: Exclude<keyof Sampling, 'exclusive'>;
  /** The name in the words of the refusal, which is the same in all APIs. */
  readonly name: string;
  readonly read: (request: RuledRequest) => unknown;
}

/** Converse passes members of `additionalModelRequestFields` on, so any can arrive there as well. */
const parameters: readonly Parameter[] = [
  {
    trait: 'temperature',
    name: 'temperature',
    read: ({ inference, asked }) => inference.temperature ?? asked.fields['temperature'],
  },
  {
    trait: 'topP',
    name: 'top_p',
    read: ({ inference, asked }) => inference.topP ?? asked.fields['top_p'],
  },
  { trait: 'topK', name: 'top_k', read: ({ asked }) => asked.fields['top_k'] },
];

export const deprecatedSampling: ModelRule = {
  name: 'deprecated-sampling',
  summary:
    'Sampling parameters that the model no longer takes (`temperature`, `top_p`, `top_k`): leave them out.',
  sources: [
    'https://github.com/NousResearch/hermes-agent/issues/36151',
    'https://github.com/promptfoo/promptfoo/issues/10307',
    'https://docs.aws.amazon.com/bedrock/latest/userguide/model-card-anthropic-claude-opus-4-7.html',
  ],
  checked: '2026-11-30',
  check(request) {
    const { sampling } = request.model.traits;
    const refused = parameters.find(
      ({ trait, read }) => sampling[trait] === 'deprecated' && isGiven(read(request)),
    );
    if (refused === undefined) return;
    throw refusal(request, `\`${refused.name}\` is deprecated for this model.`);
  },
};

export const exclusiveSampling: ModelRule = {
  name: 'exclusive-sampling',
  summary: '`temperature` and `top_p` together: use one of them.',
  sources: ['https://platform.claude.com/docs/en/about-claude/models/migration-guide'],
  checked: '2026-11-30',
  check(request) {
    if (request.model.traits.sampling.exclusive !== true) return;
    const both = parameters.filter(({ trait }) => trait !== 'topK');
    if (!both.every(({ read }) => isGiven(read(request)))) return;
    throw refusal(
      request,
      '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
    );
  },
};

/** A member that is null counts as absent. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
