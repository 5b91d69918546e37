import type {
  ContentBlock as ConverseBlock,
  ConverseStreamCommandInput,
  Message as ConverseMessage,
} from '@aws-sdk/client-bedrock-runtime';
import { cachePointsFor } from '#aws/cache-points.ts';
import { assistantMessage, userMessage, type ContentBlock, type Message } from '#domain/message.ts';
import type { InferenceConfig, ModelRequest } from '#domain/ports.ts';

/** A model request in the words of Bedrock's Converse API. */
export function toConverseRequest(request: ModelRequest): ConverseStreamCommandInput {
  const { modelId, messages, system, inference, answerSoFar } = request;
  const { afterSystem, afterMessages } = cachePointsFor(request);
  const asked = messages.map((message, index) =>
    toConverseMessage(message, afterMessages.has(index)),
  );
  const more = goingOn(modelId, answerSoFar).map((message) => toConverseMessage(message));
  return {
    modelId,
    messages: [...asked, ...more],
    inferenceConfig: toInferenceConfig(inference),
    ...(system === undefined
      ? {}
      : { system: [{ text: system }, ...(afterSystem ? [cachePoint] : [])] }),
  };
}

/**
 * What makes a model go on with an answer. Some take its beginning as their own; the others are
 * shown it and asked.
 */
function goingOn(modelId: string, answerSoFar = ''): readonly Message[] {
  if (answerSoFar === '') return [];
  const beginning = assistantMessage(answerSoFar);
  return takesPrefill.test(modelId) ? [beginning] : [beginning, userMessage(goOn)];
}

/** Claude up to 4.5, and Nova. From Opus 4.6 on Claude refuses it (Anthropic's documentation). */
const takesPrefill =
  /anthropic\.claude-(?:3|(?:haiku|sonnet|opus)-4-(?:[0-5]-|2025))|amazon\.nova-(?:micro|lite|pro|premier)/u;

const goOn =
  'Your answer was cut off. Go on exactly where it stopped, with the very next character. ' +
  'Repeat nothing, and say nothing about going on.';

const cachePoint = { cachePoint: { type: 'default' } } as const;

function toConverseMessage({ role, content }: Message, isCached = false): ConverseMessage {
  const blocks = content.flatMap(toConverseBlocks);
  return { role, content: isCached ? [...blocks, cachePoint] : blocks };
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
