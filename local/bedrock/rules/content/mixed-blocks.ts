import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import type { ModelRule } from '#local/bedrock/rules/model-rule.ts';
import type { TurnBlock } from '#local/bedrock/turn/turn.ts';

const conversation: ReadonlySet<TurnBlock['type']> = new Set([
  'text',
  'guarded-text',
  'image',
  'document',
  'media',
]);

export const mixedBlocks: ModelRule = {
  name: 'mixed-blocks',
  summary:
    'Text beside tool uses, or beside the results of tools, in one message of Converse, for a model ' +
    'that does not take both: leave the text out, or send it in a message of its own.',
  sources: [
    'https://github.com/strands-agents/harness-sdk/issues/1223',
    'https://github.com/quarkiverse/quarkus-langchain4j/issues/1983',
    'https://github.com/langchain-ai/langchain-aws/issues/141',
  ],
  checked: '2026-11-30',
  check({ asked, messages, model }) {
    if (asked.api !== 'converse' || model.traits.mixesTextAndToolUse) return;
    for (const [index, { content }] of messages.entries()) {
      if (!content.some(({ type }) => conversation.has(type))) continue;
      const tool = content.find(({ type }) => type === 'tool-use' || type === 'tool-result');
      if (tool === undefined) continue;
      const what = tool.type === 'tool-use' ? 'tool use' : 'tool result';
      throw invalid(
        `messages.${index}.content: Conversation blocks and ${what} blocks cannot be provided in ` +
          'the same turn.',
      );
    }
  },
};
