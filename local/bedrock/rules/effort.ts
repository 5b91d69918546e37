import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import { readThinking } from '#local/bedrock/model/reasoning-request.ts';
import { refusal, type ModelRule, type RuledRequest } from '#local/bedrock/rules/model-rule.ts';
import { isRecord } from '#local/wire/shape.ts';

/** The rules about the effort of a model. */

export const effortLevels: ModelRule = {
  name: 'effort-levels',
  summary:
    'An effort that the model does not have (`output_config.effort`, `outputConfig.effort`): use ' +
    'one of the levels that the refusal lists, or none.',
  sources: [
    'https://github.com/anthropics/claude-code/issues/30760',
    'https://github.com/askalf/dario/pull/413',
    'https://platform.claude.com/docs/en/build-with-claude/effort',
  ],
  checked: '2026-11-30',
  check(request) {
    const { asked, model } = request;
    const { thinking, nativeSchema } = model.traits;
    const levels: readonly string[] = thinking?.effort ?? [];
    const effort = effortOf(request);
    if (effort === undefined || levels.includes(effort)) return;
    if (effort === 'none' && thinking?.always !== true && nativeSchema !== 'anthropic') return;
    if (nativeSchema === 'anthropic') {
      if (levels.length === 0) {
        throw refusal(request, 'This model does not support the effort parameter.');
      }
      throw refusal(
        request,
        `This model does not support effort level '${effort}'. ` +
          `Supported levels: ${levels.toSorted().join(', ')}.`,
      );
    }
    if (nativeSchema === 'openai-responses') throw unsupportedEffort(request, effort);
    if (asked.effort === undefined || levels.length > 0) return;
    throw invalid(
      "This model doesn't support the outputConfig.effort field. Remove outputConfig.effort and " +
        'try again.',
    );
  },
};

export const effortWithoutThinking: ModelRule = {
  name: 'effort-without-thinking',
  summary: 'The efforts `xhigh` and `max` with thinking disabled: use `high` or below, or think.',
  sources: [
    'https://platform.claude.com/docs/en/models/opus-5/migration-guide',
    'https://github.com/anthropics/claude-code/issues/81084',
    'https://github.com/BerriAI/litellm/pull/35211',
  ],
  checked: '2026-11-30',
  check(request) {
    const { thinking } = request.model.traits;
    const effort = effortOf(request);
    if (thinking?.effortNeedsThinking !== true) return;
    if (effort !== 'xhigh' && effort !== 'max') return;
    if (readThinking(request.asked.fields)?.['type'] !== 'disabled') return;
    throw refusal(
      request,
      `output_config.effort '${effort}' is not supported when thinking is disabled on this model. ` +
        "Use effort 'high' or below, or enable thinking.",
    );
  },
};

/** OpenAI's models also take `none`, unless they always think. */
function unsupportedEffort(request: RuledRequest, effort: string): Error {
  const { traits, id } = request.model;
  const { effort: levels = [], always = false } = traits.thinking ?? {};
  const quoted = [...(always ? [] : ['none']), ...levels].map((level) => `'${level}'`);
  const message =
    `Unsupported value: '${effort}' is not supported with the '${id.slice(id.indexOf('.') + 1)}' ` +
    `model. Supported values are: ${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)}.`;
  if (request.asked.api === 'openai') return invalid(message);
  const type = 'invalid_request_error';
  const error = { code: 'unsupported_value', message, param: 'reasoning.effort', type };
  return refusal(request, JSON.stringify({ error }));
}

/**
 * Converse has a member for the effort. In Anthropic's format it is in `output_config`, in OpenAI's
 * in `reasoning` or by itself.
 */
function effortOf({ asked: { fields, effort: own } }: RuledRequest): string | undefined {
  const inside = [fields['output_config'], fields['reasoning']].find(isRecord);
  const effort = own ?? inside?.['effort'] ?? fields['reasoning_effort'];
  return typeof effort === 'string' ? effort : undefined;
}
