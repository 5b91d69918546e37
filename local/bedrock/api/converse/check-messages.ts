import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import type {
  ConverseRequest,
  WireBlock,
  WireMessage,
} from '#local/bedrock/api/converse/request-shape.ts';
import { isServerTool } from '#local/bedrock/api/converse/blocks.ts';
import { checkSystemMessage } from '#local/bedrock/api/converse/system-messages.ts';
import { reasoningInUserMessage } from '#local/bedrock/rules/content/reasoning-history.ts';

/** Throws Bedrock's error if the messages are not a valid conversation. */
export function checkMessages(request: ConverseRequest): void {
  const { messages, system = [] } = request;
  const [first] = messages;
  if (first?.role !== 'user') throw invalid(mustStart);
  let previous: WireMessage | undefined;
  for (const [index, message] of messages.entries()) {
    checkContent(message, index);
    if (message.role === 'system') continue;
    if (message.role === previous?.role) throw invalid(mustAlternate);
    checkToolResults(message, previous, index);
    previous = message;
  }
  for (const [index, block] of system.entries()) {
    if (block.type === 'text') checkBlank(block.value, `system.${index}`, 'SystemContentBlock');
  }
  checkToolBlocks(request);
}

const mustStart =
  'A conversation must start with a user message. Try again with a conversation that starts ' +
  'with a user message.';

/**
 * Converse refuses two messages of one role in a row. The service model does not say so, but these
 * words are reported from 2024 (langchain-aws#130, semantic-kernel#10281) to 2026 (band-sdk#521),
 * and every client merges such messages before it sends them: LangChain by `merge_message_runs`, the
 * AI SDK by blocks of one role, LiteLLM#6028. Only Anthropic's own API combines them.
 */
const mustAlternate =
  'A conversation must alternate between user and assistant roles. Make sure the conversation ' +
  'alternates between user and assistant roles and try again.';

function checkContent(message: WireMessage, index: number): void {
  const { content, role } = message;
  if (content.length === 0) {
    throw invalid(
      `The content field in the Message object at messages.${index} is empty. ` +
        'Add a ContentBlock object to the content field and try again.',
    );
  }
  if (role === 'system') return checkSystemMessage(message, `messages.${index}`);
  for (const [position, block] of content.entries()) {
    const path = `messages.${index}.content.${position}`;
    if (block.type === 'text') checkBlank(block.value, path, 'ContentBlock');
    if (isServerTool(block)) continue;
    if (role === 'assistant' && (block.type === 'toolResult' || block.type === 'document')) {
      throw invalid(`The ${block.type} content block at ${path} is only supported for user turns.`);
    }
    if (role === 'user' && block.type === 'reasoningContent') throw invalid(reasoningInUserMessage);
    if (role === 'user' && block.type === 'toolUse') {
      throw invalid(`The toolUse content block at ${path} is only supported for assistant turns.`);
    }
  }
  checkCount(content, 'image', 20);
}

function checkBlank(text: string, path: string, type: string): void {
  if (text.trim() !== '') return;
  throw invalid(
    `The text field in the ${type} object at ${path} is blank. ` +
      'Add text to the text field, and try again.',
  );
}

function checkCount(content: readonly WireBlock[], type: WireBlock['type'], max: number): void {
  if (content.filter((block) => block.type === type).length <= max) return;
  throw invalid(`A message can hold at most ${max} ${type} content blocks.`);
}

/** Each tool use of the previous message needs exactly one tool result in this one. */
function checkToolResults(
  { role, content }: WireMessage,
  previous: WireMessage | undefined,
  index: number,
): void {
  if (role !== 'user') return;
  const uses = toolUses(previous);
  const results = content.flatMap((block) =>
    block.type === 'toolResult' && !isServerTool(block) ? [block.value.toolUseId] : [],
  );
  if (results.length > uses.length) {
    throw invalid(
      `The number of toolResult blocks at messages.${index}.content exceeds the number of ` +
        'toolUse blocks of previous turn.',
    );
  }
  const missing = uses.filter((id) => !results.includes(id));
  if (missing.length > 0) {
    throw invalid(
      `Expected toolResult blocks at messages.${index}.content for the following Ids: ` +
        missing.join(', '),
    );
  }
}

function toolUses(message: WireMessage | undefined): readonly string[] {
  return (message?.content ?? []).flatMap((block) =>
    block.type === 'toolUse' && !isServerTool(block) ? [block.value.toolUseId] : [],
  );
}

function checkToolBlocks({ messages, toolConfig }: ConverseRequest): void {
  if (toolConfig !== undefined) return;
  const hasTools = messages.some(({ content }) =>
    content.some(({ type }) => type === 'toolUse' || type === 'toolResult'),
  );
  if (!hasTools) return;
  throw invalid(
    'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
  );
}
