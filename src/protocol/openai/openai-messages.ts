import * as v from 'valibot';
import {
  alternateRoles,
  isBlank,
  type ContentBlock,
  type PromptMessage,
} from '#domain/conversation/message.ts';
import { invalidRequest } from '#domain/errors.ts';

const text = v.object({ type: v.literal('text'), text: v.string() });
const imageUrlPattern = /^data:image\/(png|jpe?g|gif|webp);base64,/u;
const image = v.object({
  type: v.literal('image_url'),
  image_url: v.object({
    url: v.pipe(
      v.string('must be a string'),
      v.regex(imageUrlPattern, 'must be a data: URL of a PNG, JPEG, GIF or WebP'),
    ),
  }),
});
const refusal = v.object({ type: v.literal('refusal'), refusal: v.string() });
const textContent = v.union(
  [v.string(), v.array(text)],
  'must be a string, or a list of text parts',
);

const toolCall = v.object({
  id: v.string(),
  type: v.literal('function'),
  function: v.object({ name: v.string(), arguments: v.string() }),
});

const assistantMessage = v.object({
  role: v.literal('assistant'),
  content: v.nullish(
    v.union(
      [v.string(), v.array(v.variant('type', [text, refusal]))],
      'must be a string, or a list of text parts',
    ),
  ),
  tool_calls: v.nullish(v.array(toolCall)),
});
const userMessage = v.object({
  role: v.literal('user'),
  content: v.union(
    [v.string(), v.array(v.variant('type', [text, image]))],
    'must be a string, or a list of text and image_url parts',
  ),
});
const toolMessage = v.object({
  role: v.literal('tool'),
  tool_call_id: v.string(),
  content: textContent,
});

/** A message in OpenAI's format. */
export const openAiMessageSchema = v.variant(
  'role',
  [
    v.object({ role: v.literal('system'), content: textContent }),
    v.object({ role: v.literal('developer'), content: textContent }),
    userMessage,
    assistantMessage,
    toolMessage,
  ],
  'must have a role of system, developer, user, assistant or tool',
);

export type OpenAiMessage = v.InferOutput<typeof openAiMessageSchema>;
type AssistantMessage = v.InferOutput<typeof assistantMessage>;
type ConversationMessage = Exclude<OpenAiMessage, { role: 'system' | 'developer' }>;

/** Returns the texts of the system and developer messages. */
export function systemTexts(messages: readonly OpenAiMessage[]): readonly string[] {
  return messages.flatMap((one) =>
    one.role === 'system' || one.role === 'developer' ? [textOf(one.content)] : [],
  );
}

/**
 * Returns the conversation of a request for a model. Results of tools become user messages. Bedrock
 * rejects tool calls in a request without tools, so earlier calls become text then. Throws
 * `invalid_request`.
 */
export function toPromptMessages(
  messages: readonly OpenAiMessage[],
  { hasTools }: { readonly hasTools: boolean },
): readonly PromptMessage[] {
  const names = toolNamesById(messages);
  const conversation = alternateRoles(
    messages.flatMap((one): readonly PromptMessage[] => {
      if (one.role === 'system' || one.role === 'developer') return [];
      const content = hasTools ? toBlocks(one) : toTextBlocks(one, names);
      return [{ role: one.role === 'assistant' ? 'assistant' : 'user', content }];
    }),
  );
  const last = messages.at(-1);
  if (last?.role === 'user' && toBlocks(last).every(isBlank)) {
    throw invalidRequest(`messages.${messages.length - 1}.content`, 'must not be blank');
  }
  if (conversation.length === 0) {
    throw invalidRequest('messages', 'must have a user, assistant or tool message');
  }
  return conversation.map(trimLastAnswer);
}

/**
 * Returns the names of the called tools by the ids of the calls. Throws `invalid_request` if a call
 * has no result or a result has no call.
 */
function toolNamesById(messages: readonly OpenAiMessage[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  let open = new Set<string>();
  for (const [index, one] of messages.entries()) {
    if (one.role === 'tool') {
      if (!open.delete(one.tool_call_id)) {
        throw invalidRequest(
          `messages.${index}.tool_call_id`,
          'does not match a call in the previous assistant message',
        );
      }
      continue;
    }
    const [missing] = open;
    if (missing !== undefined) {
      throw invalidRequest(
        `messages.${index}`,
        `the call ${missing} before it has no tool message`,
      );
    }
    const calls = one.role === 'assistant' ? (one.tool_calls ?? []) : [];
    open = new Set(calls.map(({ id }) => id));
    for (const call of calls) names.set(call.id, call.function.name);
  }
  const [missing] = open;
  if (missing !== undefined) {
    throw invalidRequest('messages', `the call ${missing} has no tool message`);
  }
  return names;
}

function toBlocks(one: ConversationMessage): PromptMessage['content'] {
  switch (one.role) {
    case 'tool':
      return [{ type: 'tool-result', toolUseId: one.tool_call_id, text: textOf(one.content) }];
    case 'assistant':
      return [
        { type: 'text', text: assistantText(one) },
        ...callsOf(one).map(({ id, function: { name, arguments: inputJson } }) => {
          return { type: 'tool-use', toolUseId: id, name, inputJson } as const;
        }),
      ];
    case 'user':
      if (typeof one.content === 'string') return [{ type: 'text', text: one.content }];
      return one.content.map((part) => (part.type === 'text' ? part : toImage(part.image_url.url)));
  }
}

/** Returns the blocks of a message, with tool calls and their results as text. */
function toTextBlocks(
  one: ConversationMessage,
  names: ReadonlyMap<string, string>,
): PromptMessage['content'] {
  switch (one.role) {
    case 'tool': {
      const result = `[${names.get(one.tool_call_id)} returned: ${textOf(one.content)}]`;
      return [{ type: 'text', text: result }];
    }
    case 'assistant':
      return [
        { type: 'text', text: assistantText(one) },
        ...callsOf(one).map(({ function: { name, arguments: input } }): ContentBlock => {
          return { type: 'text', text: `[Called ${name} with ${input}]` };
        }),
      ];
    case 'user':
      return toBlocks(one);
  }
}

function callsOf({
  tool_calls: calls,
}: AssistantMessage): readonly v.InferOutput<typeof toolCall>[] {
  return calls ?? [];
}

function assistantText({ content }: AssistantMessage): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => (part.type === 'text' ? part.text : part.refusal)).join('');
}

function textOf(content: v.InferOutput<typeof textContent>): string {
  return typeof content === 'string' ? content : content.map((part) => part.text).join('');
}

function toImage(url: string): PromptMessage['content'][number] {
  const [head = '', kind = ''] = imageUrlPattern.exec(url) ?? [];
  const format = (['png', 'gif', 'webp'] as const).find((one) => one === kind) ?? 'jpeg';
  return { type: 'image', format, base64: url.slice(head.length) };
}

/** Bedrock rejects an answer to continue that ends with a space. */
function trimLastAnswer(
  one: PromptMessage,
  index: number,
  all: readonly PromptMessage[],
): PromptMessage {
  if (one.role !== 'assistant' || index < all.length - 1) return one;
  const content = one.content.map((block) =>
    block.type === 'text' ? { ...block, text: block.text.trimEnd() } : block,
  );
  return { ...one, content };
}
