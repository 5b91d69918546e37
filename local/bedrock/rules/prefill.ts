import { refusal, type ModelRule } from '#local/bedrock/rules/model-rule.ts';

/** A conversation that ends with the start of the answer. */
export const prefill: ModelRule = {
  name: 'prefill',
  summary:
    'A conversation that ends with the start of the answer: end it with a user message. Models ' +
    'that take it refuse white space at its end.',
  sources: ['https://platform.claude.com/docs/en/about-claude/models/migration-guide'],
  checked: '2026-11-30',
  check(request) {
    const last = request.messages.at(-1);
    if (last?.role !== 'assistant') return;
    const { prefill: rule } = request.model.traits;
    if (rule === 'refused') {
      throw refusal(
        request,
        'This model does not support assistant message prefill. The conversation must end with a ' +
          'user message.',
      );
    }
    const block = last.content.at(-1);
    if (rule === 'trimmed' && block?.type === 'text' && /\s$/u.test(block.text)) {
      throw refusal(
        request,
        'messages: final assistant content cannot end with trailing whitespace',
      );
    }
  },
};
