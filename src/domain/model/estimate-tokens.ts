import { estimateFile, tokensPerImage } from '#domain/conversation/attachment.ts';
import type {
  ContentBlock,
  Message,
  Passage,
  PromptMessage,
} from '#domain/conversation/message.ts';
import type { ModelRequest } from '#domain/model/model.ts';
import { toEstimatedUsage, type Usage } from '#domain/conversation/usage.ts';

/**
 * Returns the approximate number of tokens of a text, rather too high than too low. A token is three
 * letters of Latin, two of Greek, Cyrillic or Hebrew, or one character of any other script.
 */
export function estimateTokens(text: string): number {
  let sixths = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x370) sixths += 2;
    else sixths += code < 0x600 ? 3 : 6;
  }
  return Math.ceil(sixths / 6);
}

/** The tokens of a message in addition to its text. */
const tokensPerMessage = 8;

/** Returns the approximate number of tokens of messages. */
export function estimateMessages(messages: readonly PromptMessage[]): number {
  return messages.reduce((sum, { content }) => sum + tokensPerMessage + estimateBlocks(content), 0);
}

function estimateBlocks(blocks: PromptMessage['content']): number {
  return blocks.reduce((sum, block) => sum + estimateBlock(block), 0);
}

function estimateBlock(block: PromptMessage['content'][number]): number {
  switch (block.type) {
    case 'text':
    case 'tool-result':
      return estimateTokens(block.text);
    case 'tool-use':
      return estimateTokens(block.name + block.inputJson);
    case 'image':
      return tokensPerImage;
    case 'attachment':
      return estimateFile(block.format, block.size);
    case 'file':
      return estimateFile(block.format, block.bytes.length);
    case 'passage':
      return estimatePassage(block.passage);
    // Models are not shown these blocks of earlier answers.
    case 'reasoning':
    case 'retrieval':
    case 'citation':
    case 'approval':
      return 0;
  }
}

function estimatePassage({ text, title = '', source }: Passage): number {
  return estimateTokens(text + title + source);
}

/** Returns the output tokens of a block. Results of tools are not output of the model. */
function estimateOutput(block: ContentBlock): number {
  switch (block.type) {
    case 'text':
    case 'reasoning':
      return estimateTokens(block.text);
    case 'tool-use':
      return estimateTokens(block.name + block.inputJson);
    case 'tool-result':
    case 'retrieval':
    case 'citation':
    case 'approval':
    case 'attachment':
      return 0;
  }
}

/** Returns the approximate usage of an answer that was cut off. */
export function estimateUsage(prompt: readonly PromptMessage[], answer: Message): Usage {
  const inputTokens = estimateMessages(prompt);
  const outputTokens = answer.content.reduce((sum, block) => sum + estimateOutput(block), 0);
  return toEstimatedUsage(inputTokens, outputTokens);
}

/** Returns the maximum usage of a request, including input tokens that are added to it later. */
export function maxUsage(
  request: Omit<ModelRequest, 'modelId' | 'owner'>,
  moreInputTokens = 0,
): Usage {
  const { messages, system = '', inference, answerSoFar = '', tools = [], outputSchema } = request;
  const schemas =
    tools.length === 0 && outputSchema === undefined ? '' : JSON.stringify([tools, outputSchema]);
  const inputTokens =
    estimateMessages(messages) + estimateTokens(system + answerSoFar + schemas) + moreInputTokens;
  const outputTokens = inference.maxTokens ?? defaultMaxOutputTokens;
  return toEstimatedUsage(inputTokens, outputTokens);
}

/** The maximum output of models in a request without a limit. */
const defaultMaxOutputTokens = 8_192;
