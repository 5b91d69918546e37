import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import { refusal, type ModelRule } from '#local/bedrock/rules/model-rule.ts';
import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import { imageProblem } from '#local/bedrock/model/image-size.ts';
import type { TurnBlock, TurnMessage } from '#local/bedrock/turn/turn.ts';

/**
 * The rules about what a model does not have at all. Bedrock itself refuses such requests, before
 * the model sees them, so the words are the same in every API.
 */

const features =
  'https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html';

export const systemPrompt: ModelRule = {
  name: 'system-prompt',
  summary: 'A system prompt for a model without one: put the instructions into the first message.',
  sources: [features],
  checked: '2026-11-30',
  check({ system, model, asked }) {
    if (system.length === 0 || model.traits.system || asked.api === 'prompt') return;
    throw invalid(
      "This model doesn't support system messages. Try again without a system message or use a " +
        'model that supports system messages.',
    );
  },
};

export const systemMessages: ModelRule = {
  name: 'system-messages',
  summary:
    'Messages of the role `system` between the others, for a model that does not take them: use ' +
    'the system prompt.',
  sources: [
    'https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages',
  ],
  checked: '2026-11-30',
  check(request) {
    if (request.asked.hasSystemMessages !== true || request.model.traits.systemMessages) return;
    throw refusal(
      request,
      'messages: Unexpected role "system". The Messages API accepts a top-level `system` ' +
        'parameter, not "system" as an input message role.',
    );
  },
};

export const toolUse: ModelRule = {
  name: 'tool-use',
  summary: 'Tools for a model without tool use: leave them out, or use another model.',
  sources: [features],
  checked: '2026-11-30',
  check({ tools, serverTools = [], model }) {
    if (tools.length + serverTools.length === 0 || model.traits.tools) return;
    throw invalid("This model doesn't support tool use.");
  },
};

export const toolStreaming: ModelRule = {
  name: 'tool-streaming',
  summary: 'A streamed answer with tools: ask for the whole answer, or leave the tools out.',
  sources: [features, 'https://github.com/danny-avila/LibreChat/issues/6351'],
  checked: '2026-11-30',
  check({ tools, isStreamed, model }) {
    if (!isStreamed || tools.length === 0 || model.traits.toolStreaming) return;
    throw invalid("This model doesn't support tool use in streaming mode.");
  },
};

export const toolChoice: ModelRule = {
  name: 'tool-choice',
  summary: 'A choice of tools (`any`, `tool`) that the model does not take: leave the choice out.',
  sources: [
    'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolChoice.html',
    'https://github.com/pydantic/pydantic-ai/issues/2091',
    'https://github.com/anthropics/claude-cookbooks/issues/854',
  ],
  checked: '2026-11-30',
  check(request) {
    const { type } = request.toolChoice;
    const { traits } = request.model;
    if (type === 'none' || traits.toolChoice.includes(type)) return;
    if (traits.nativeSchema === 'anthropic') {
      throw refusal(
        request,
        'tool_choice: type "tool" and "any" are not supported for this model.',
      );
    }
    throw invalid(unsupportedField(`toolConfig.toolChoice.${type}`));
  },
};

export const systemTools: ModelRule = {
  name: 'system-tools',
  summary: 'A tool that the service runs, for a model without that tool: leave it out.',
  sources: ['https://docs.aws.amazon.com/nova/latest/nova2-userguide/using-tools.html'],
  checked: '2026-11-30',
  check({ serverTools = [], model: { traits }, asked }) {
    // In its own format, Anthropic knows its server tools by their types.
    if (traits.nativeSchema === 'anthropic' && asked.api !== 'converse') return;
    const unknown = serverTools.find(({ name }) => !traits.systemTools.includes(name));
    if (unknown === undefined) return;
    throw invalid(`This model doesn't support the system tool ${unknown.name}.`);
  },
};

export const structuredOutput: ModelRule = {
  name: 'structured-output',
  summary: 'A schema of the output in Converse: ask for JSON in the prompt, or use another model.',
  sources: ['https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html'],
  checked: '2026-11-30',
  check({ schema, asked, model }) {
    if (asked.api !== 'converse' || schema === undefined || model.traits.structuredOutput) return;
    throw invalid(unsupportedField('outputConfig.textFormat'));
  },
};

export const contentBlocks: ModelRule = {
  name: 'content-blocks',
  summary: 'Images, videos, audio or documents for a model without them: use another model.',
  sources: [features],
  checked: '2026-11-30',
  check({ messages, model }) {
    const kind = blocksOf(messages)
      .map((block) => unsupportedKind(block, model))
      .find((name) => name !== undefined);
    if (kind === undefined) return;
    throw invalid(
      `This model doesn't support the ${kind} content block that you provided. ` +
        'Provide a different content block or use a different model.',
    );
  },
};

export const imageContent: ModelRule = {
  name: 'image-content',
  summary:
    'Images above 3.75 MB or 8,000 pixels, or that are not in the format that they declare: ' +
    'convert them.',
  sources: ['https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ImageBlock.html'],
  checked: '2026-11-30',
  check(request) {
    for (const block of blocksOf(request.messages)) {
      if (block.type !== 'image') continue;
      const problem = imageProblem(block.bytes, block.format);
      if (problem !== undefined) throw refusal(request, problem);
    }
  },
};

/** Returns the blocks of all messages. A tool result holds blocks of its own. */
function blocksOf(messages: readonly TurnMessage[]): readonly TurnBlock[] {
  return messages.flatMap(({ content }) =>
    content.flatMap((block) => (block.type === 'tool-result' ? block.content : [block])),
  );
}

function unsupportedKind(block: TurnBlock, { inputs, traits }: ModelFacts): string | undefined {
  if (block.type === 'document') return traits.documents ? undefined : 'document';
  if (block.type === 'image') return inputs.includes('IMAGE') ? undefined : 'image';
  if (block.type !== 'media') return undefined;
  return inputs.includes(block.kind === 'video' ? 'VIDEO' : 'AUDIO') ? undefined : block.kind;
}

export const maxTokens: ModelRule = {
  name: 'max-tokens',
  summary: 'A maximum of the answer above the limit of the model: use a lower one.',
  sources: [
    'https://github.com/vercel/ai/issues/2772',
    'https://github.com/anthropics/claude-code/issues/24451',
  ],
  checked: '2026-11-30',
  check({ inference, model, asked }) {
    const { maxTokens: requested = 0 } = inference;
    const { maxOutputTokens: limit = Infinity, id } = model;
    if (requested <= limit) return;
    if (asked.api === 'anthropic') {
      throw invalid(
        `max_tokens: ${requested} > ${limit}, which is the maximum allowed number of output tokens ` +
          `for ${id.slice(id.indexOf('.') + 1)}`,
      );
    }
    throw invalid(
      `The maximum tokens you requested exceeds the model limit of ${limit}. ` +
        `Try again with a maximum tokens value that is lower than ${limit}.`,
    );
  },
};

function unsupportedField(path: string): string {
  return `This model doesn't support the ${path} field. Remove ${path} and try again.`;
}
