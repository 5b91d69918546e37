import type {
  ContentBlock as ConverseBlock,
  ConverseStreamCommandInput,
  Message as ConverseMessage,
} from '@aws-sdk/client-bedrock-runtime';
import type { ContentBlock, Message } from '#domain/message.ts';
import type { InferenceConfig, ModelRequest } from '#domain/ports.ts';

/** A model request in the words of Bedrock's Converse API. */
export function toConverseRequest(request: ModelRequest): ConverseStreamCommandInput {
  const { modelId, messages, system, inference } = request;
  return {
    modelId,
    messages: messages.map(toConverseMessage),
    inferenceConfig: toInferenceConfig(inference),
    ...(system === undefined ? {} : { system: [{ text: system }] }),
  };
}

function toConverseMessage({ role, content }: Message): ConverseMessage {
  return { role, content: content.flatMap(toConverseBlocks) };
}

/** Converse refuses blank text, and past reasoning need not be sent back. */
function toConverseBlocks(block: ContentBlock): readonly ConverseBlock[] {
  switch (block.type) {
    case 'text':
      return block.text.trim() === '' ? [] : [{ text: block.text }];
    case 'reasoning':
      return [];
    case 'tool-use': {
      const { toolUseId, name, inputJson } = block;
      return [
        { toolUse: { toolUseId, name, input: JSON.parse(inputJson === '' ? '{}' : inputJson) } },
      ];
    }
  }
}

function toInferenceConfig(
  inference: InferenceConfig,
): NonNullable<ConverseStreamCommandInput['inferenceConfig']> {
  const { maxTokens, temperature, topP, stopSequences } = inference;
  return {
    maxTokens,
    temperature,
    topP,
    stopSequences: stopSequences === undefined ? undefined : [...stopSequences],
  };
}
