import { malformed } from '#local/bedrock/api/invoke/format.ts';
import { refusal, type ModelRule } from '#local/bedrock/rules/model-rule.ts';
import type { Problem } from '#local/wire/shape.ts';

/** The members of a schema that Nova is known to refuse. */
const refused = ['$defs', 'definitions'];

export const toolSchemaMembers: ModelRule = {
  name: 'tool-schema-members',
  summary: 'Definitions in the input schema of a tool for Nova: write them where they are used.',
  sources: [
    'https://github.com/zed-industries/zed/issues/28521',
    'https://github.com/lastmile-ai/mcp-agent/pull/126',
  ],
  checked: '2026-11-30',
  check(request) {
    if (request.model.traits.nativeSchema !== 'nova') return;
    const problems = request.tools.flatMap(({ inputSchema }, index): readonly Problem[] =>
      refused
        .filter((name) => Object.hasOwn(inputSchema, name))
        .map((name) => ({
          path: ['toolConfig', 'tools', index, 'toolSpec', 'inputSchema', 'json', name],
          value: undefined,
          rule: { type: 'known-member' },
        })),
    );
    if (problems.length > 0) throw refusal(request, malformed(problems));
  },
};
