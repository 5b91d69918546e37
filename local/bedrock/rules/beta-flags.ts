import { refusal, type ModelRule } from '#local/bedrock/rules/model-rule.ts';

/** The betas that AWS documents for Anthropic's models. */
const documented: ReadonlySet<unknown> = new Set([
  'computer-use-2024-10-22',
  'computer-use-2025-01-24',
  'computer-use-2025-11-24',
  'context-1m-2025-08-07',
  'context-management-2025-06-27',
  'dev-full-thinking-2025-05-14',
  'effort-2025-11-24',
  'interleaved-thinking-2025-05-14',
  'output-128k-2025-02-19',
  'token-efficient-tools-2025-02-19',
  'tool-examples-2025-10-29',
  'tool-search-tool-2025-10-19',
]);

export const betaFlags: ModelRule = {
  name: 'beta-flags',
  summary: 'Names in `anthropic_beta` that AWS does not document: leave them out.',
  sources: [
    'https://github.com/BerriAI/litellm/pull/19877',
    'https://github.com/anthropics/claude-code/issues/49370',
    'https://github.com/anthropics/claude-code/issues/49648',
  ],
  checked: '2026-11-30',
  isOff: 'reports disagree about which betas each model takes',
  check(request) {
    const { api, fields } = request.asked;
    const betas = fields['anthropic_beta'];
    if (request.model.traits.nativeSchema !== 'anthropic' || api === 'anthropic') return;
    if (!Array.isArray(betas) || betas.every((beta) => documented.has(beta))) return;
    throw refusal(request, 'invalid beta flag');
  },
};
