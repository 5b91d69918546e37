import { assertNever } from '#domain/assert-never.ts';
import type {
  ContentBlock,
  Message,
  Passage,
  PromptMessage,
} from '#domain/conversation/message.ts';
import type { ModelRequest } from '#domain/model/model.ts';
import { estimated, type Usage } from '#domain/conversation/usage.ts';

/**
 * About how many tokens a text has, rather more than fewer: one for about three letters of Latin,
 * one for two of Greek, Cyrillic or Hebrew, and one for each character of all other scripts.
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

/** What a message adds beyond its words. */
const perMessage = 8;

/** More than any model takes for a picture that it does not make smaller. */
const perImage = 1_600;

export function estimateMessages(messages: readonly PromptMessage[]): number {
  return messages.reduce((sum, { content }) => sum + perMessage + estimateBlocks(content), 0);
}

function estimateBlocks(blocks: PromptMessage['content']): number {
  return blocks.reduce((sum, block) => sum + estimateBlock(block), 0);
}

function estimateBlock(block: PromptMessage['content'][number]): number {
  switch (block.type) {
    case 'text':
    case 'tool-result':
      return estimateTokens(block.text);
    // What was thought before is not shown again.
    case 'reasoning':
      return 0;
    case 'tool-use':
      return estimateTokens(block.name + block.inputJson);
    case 'image':
      return perImage;
    case 'passage':
      return estimatePassage(block.passage);
    // What was found for an earlier answer is not shown again.
    case 'retrieval':
    case 'citation':
    case 'approval':
      return 0;
    default:
      return assertNever(block);
  }
}

function estimatePassage({ text, title = '', source }: Passage): number {
  return estimateTokens(text + title + source);
}

/** What a model says itself: what tools gave it was not said by it. */
function estimateSaid(block: ContentBlock): number {
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
      return 0;
  }
}

/** The usage of an answer that was not heard to its end. */
export function estimatedUsage(asked: readonly PromptMessage[], answer: Message): Usage {
  const inputTokens = estimateMessages(asked);
  const outputTokens = answer.content.reduce((sum, block) => sum + estimateSaid(block), 0);
  return estimated(inputTokens, outputTokens);
}

/** The most tokens that answering a request can take, with room for what is not in it yet. */
export function maxUsage(
  request: Omit<ModelRequest, 'modelId' | 'owner'>,
  moreInputTokens = 0,
): Usage {
  const { messages, system = '', inference, answerSoFar = '', tools = [], outputSchema } = request;
  const form =
    tools.length === 0 && outputSchema === undefined ? '' : JSON.stringify([tools, outputSchema]);
  const inputTokens =
    estimateMessages(messages) + estimateTokens(system + answerSoFar + form) + moreInputTokens;
  const outputTokens = inference.maxTokens ?? outputWithoutLimit;
  return estimated(inputTokens, outputTokens);
}

/** What models say at most when nobody limits them. */
const outputWithoutLimit = 8_192;
