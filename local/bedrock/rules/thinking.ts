import { toNumber } from '#local/wire/json/exact-json.ts';
import { readThinking } from '#local/bedrock/model/reasoning-request.ts';
import { refusal, type ModelRule, type RuledRequest } from '#local/bedrock/rules/model-rule.ts';
import { readSampling } from '#local/bedrock/rules/sampling.ts';

/** The rules about how a request asks a model to think. Those of Anthropic have its own words. */

export const thinkingKinds: ModelRule = {
  name: 'thinking-kinds',
  summary:
    'A kind of thinking that the model does not have: `enabled` with a budget up to Claude 4.6, ' +
    '`adaptive` with an effort from Claude 4.6 on, never `disabled` where it always thinks.',
  sources: [
    'https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-adaptive-thinking.html',
    'https://github.com/earendil-works/pi/pull/7081',
    'https://github.com/askalf/dario/pull/273',
    'https://github.com/ex-machina-co/opencode-anthropic-auth/issues/159',
    'https://github.com/UKGovernmentBEIS/inspect_ai/issues/5301',
  ],
  checked: '2026-11-30',
  check(request) {
    const type = readThinking(request.asked.fields)?.['type'];
    if (type === undefined) return;
    const { thinking, nativeSchema } = request.model.traits;
    if (nativeSchema === 'nova') {
      if (thinking !== undefined || type === 'disabled') return;
      throw refusal(
        request,
        'Malformed input request: the provided reasoning config value is invalid, please ' +
          'reformat your input and try again.',
      );
    }
    if (thinking === undefined) {
      if (nativeSchema !== 'anthropic' && type === 'disabled') return;
      throw refusal(request, 'thinking: Extra inputs are not permitted');
    }
    if (nativeSchema !== 'anthropic') return;
    if (type === 'enabled' && !thinking.enabled) throw refusal(request, notEnabled);
    if (type === 'adaptive' && !thinking.adaptive) throw refusal(request, notAdaptive);
    if (type === 'disabled' && thinking.always === true) throw refusal(request, notDisabled);
  },
};

const notEnabled =
  '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and ' +
  '"output_config.effort" to control thinking behavior.';

const notAdaptive = 'adaptive thinking is not supported on this model';

const notDisabled =
  '"thinking.type.disabled" is not supported for this model. Thinking defaults to adaptive mode ' +
  'when not specified; use "thinking.type.enabled" with "budget_tokens" for extended thinking.';

const documentation =
  'Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking';

export const thinkingBudget: ModelRule = {
  name: 'thinking-budget',
  summary:
    'A budget of thinking that is not smaller than the maximum of the answer: use a smaller one. ' +
    '(With the beta `interleaved-thinking-2025-05-14` it can be larger.)',
  sources: [
    'https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html',
  ],
  checked: '2026-11-30',
  check(request) {
    const config = thinkingOfAnthropic(request);
    if (config?.['type'] !== 'enabled') return;
    const budget = toNumber(config['budget_tokens']) ?? 0;
    if (budget < request.maxTokens || betasOf(request).includes(interleaved)) return;
    throw refusal(
      request,
      '`max_tokens` must be greater than `thinking.budget_tokens`. ' +
        `${documentation}#max-tokens-and-context-window-size`,
    );
  },
};

const interleaved = 'interleaved-thinking-2025-05-14';

function betasOf({ asked }: RuledRequest): readonly unknown[] {
  const betas = asked.fields['anthropic_beta'];
  return Array.isArray(betas) ? betas : [];
}

export const thinkingSampling: ModelRule = {
  name: 'thinking-sampling',
  summary:
    'Sampling parameters beside thinking: `temperature` can only be 1, `top_p` at least 0.95, and ' +
    '`top_k` absent.',
  sources: [
    'https://github.com/dotCipher/opencode-claude-bridge/pull/1',
    'https://github.com/quarkiverse/quarkus-langchain4j/issues/1812',
    'https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html',
  ],
  checked: '2026-11-30',
  check(request) {
    if (!isThinking(request)) return;
    const { temperature, topP, topK } = readSampling(request);
    const broken = [
      temperature !== undefined &&
        temperature !== 1 &&
        '`temperature` may only be set to 1 when thinking is enabled or in adaptive mode.',
      topP !== undefined &&
        topP < 0.95 &&
        '`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.',
      topK !== undefined && '`top_k` must be unset when thinking is enabled.',
    ].find((words) => words !== false);
    if (broken === undefined) return;
    throw refusal(
      request,
      `${broken} ${documentation}#important-considerations-when-using-extended-thinking`,
    );
  },
};

export const thinkingToolChoice: ModelRule = {
  name: 'thinking-tool-choice',
  summary:
    'A choice of tools that forces one (`any`, `tool`) beside thinking with a budget: use `auto`.',
  sources: [
    'https://github.com/strands-agents/sdk-typescript/pull/798',
    'https://github.com/pydantic/pydantic-ai/issues/7283',
  ],
  checked: '2026-11-30',
  check(request) {
    if (thinkingOfAnthropic(request)?.['type'] === 'enabled') checkForcedTool(request);
  },
};

export const adaptiveToolChoice: ModelRule = {
  name: 'adaptive-tool-choice',
  summary:
    'A choice of tools that forces one (`any`, `tool`) beside adaptive thinking: use `auto`.',
  sources: [
    'https://github.com/can1357/oh-my-pi/issues/341',
    'https://github.com/pydantic/pydantic-ai/issues/7283',
  ],
  checked: '2026-11-30',
  isOff: 'one report says that Bedrock refuses it; Anthropic’s own API accepts it',
  check(request) {
    if (thinkingOfAnthropic(request)?.['type'] === 'adaptive') checkForcedTool(request);
  },
};

function checkForcedTool(request: RuledRequest): void {
  const { type } = request.toolChoice;
  if (type !== 'any' && type !== 'tool') return;
  throw refusal(request, 'Thinking may not be enabled when tool_choice forces tool use.');
}

export const fullEffort: ModelRule = {
  name: 'full-effort',
  summary:
    'The highest effort of Nova’s reasoning beside a temperature, `topP` or a maximum of tokens: ' +
    'leave them out. The words are not known.',
  sources: [
    'https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html',
    'https://github.com/UKGovernmentBEIS/inspect_ai/issues/3767',
  ],
  checked: '2026-11-30',
  check(request) {
    if (request.model.traits.nativeSchema !== 'nova') return;
    const config = readThinking(request.asked.fields);
    if (config?.['type'] !== 'enabled' || config['maxReasoningEffort'] !== 'high') return;
    const given = Object.entries(request.inference)
      .filter(([name, value]) => value !== undefined && name !== 'stopSequences')
      .map(([name]) => name);
    if (given.length === 0) return;
    throw refusal(
      request,
      `Malformed input request: ${given.join(', ')} must be unset when maxReasoningEffort is high, ` +
        'please reformat your input and try again.',
    );
  },
};

/** Whether the request turns thinking on, in either of Anthropic's ways. */
function isThinking(request: RuledRequest): boolean {
  const type = thinkingOfAnthropic(request)?.['type'];
  return type === 'enabled' || type === 'adaptive';
}

function thinkingOfAnthropic({ asked, model }: RuledRequest): ReturnType<typeof readThinking> {
  return model.traits.nativeSchema === 'anthropic' ? readThinking(asked.fields) : undefined;
}
