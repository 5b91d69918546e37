import * as v from 'valibot';
import {
  alternateRoles,
  isBlank,
  type ContentBlock,
  type PromptMessage,
} from '#domain/conversation/message.ts';
import { invalid } from '#protocol/http/json-body.ts';

const text = v.object({ type: v.literal('text'), text: v.string() });
const picture = /^data:image\/(png|jpe?g|gif|webp);base64,/u;
const image = v.object({
  type: v.literal('image_url'),
  image_url: v.object({
    url: v.pipe(
      v.string('must be a string'),
      v.regex(picture, 'must be a data: URL of a PNG, JPEG, GIF or WebP'),
    ),
  }),
});
const refusal = v.object({ type: v.literal('refusal'), refusal: v.string() });
const words = v.union([v.string(), v.array(text)], 'must be a string, or a list of text parts');

const toolCall = v.object({
  id: v.string(),
  type: v.literal('function'),
  function: v.object({ name: v.string(), arguments: v.string() }),
});

const said = v.object({
  role: v.literal('assistant'),
  content: v.nullish(
    v.union(
      [v.string(), v.array(v.variant('type', [text, refusal]))],
      'must be a string, or a list of text parts',
    ),
  ),
  tool_calls: v.nullish(v.array(toolCall)),
});
const asked = v.object({
  role: v.literal('user'),
  content: v.union(
    [v.string(), v.array(v.variant('type', [text, image]))],
    'must be a string, or a list of text and image_url parts',
  ),
});
const result = v.object({ role: v.literal('tool'), tool_call_id: v.string(), content: words });

/** A message of OpenAI's. */
export const message = v.variant(
  'role',
  [
    v.object({ role: v.literal('system'), content: words }),
    v.object({ role: v.literal('developer'), content: words }),
    asked,
    said,
    result,
  ],
  'must have a role of system, developer, user, assistant or tool',
);

export type OpenAiMessage = v.InferOutput<typeof message>;
type Said = v.InferOutput<typeof said>;
type Spoken = Exclude<OpenAiMessage, { role: 'system' | 'developer' }>;

/** What a request says to its model apart from the conversation. */
export function instructionsIn(messages: readonly OpenAiMessage[]): readonly string[] {
  return messages.flatMap((one) =>
    one.role === 'system' || one.role === 'developer' ? [textOf(one.content)] : [],
  );
}

/**
 * The conversation of a request. Results of tools are the user's to give. Where no tools are
 * offered, Bedrock takes no calls: those of before are told in words. Throws `invalid_request`.
 */
export function toPromptMessages(
  messages: readonly OpenAiMessage[],
  { hasTools }: { readonly hasTools: boolean },
): readonly PromptMessage[] {
  const names = namesOfCalls(messages);
  const exchange = alternateRoles(
    messages.flatMap((one): readonly PromptMessage[] => {
      if (one.role === 'system' || one.role === 'developer') return [];
      const content = hasTools ? toBlocks(one) : toTold(one, names);
      return [{ role: one.role === 'assistant' ? 'assistant' : 'user', content }];
    }),
  );
  const last = messages.at(-1);
  if (last?.role === 'user' && toBlocks(last).every(isBlank)) {
    throw invalid(`messages.${messages.length - 1}.content: must not be blank`);
  }
  if (exchange.length === 0) throw invalid('messages: must have one that is no instruction');
  return exchange.map(trimmedAtEnd);
}

/** Every result answers a call, and every call that is not the last word has its result. */
function namesOfCalls(messages: readonly OpenAiMessage[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  let open = new Set<string>();
  for (const [index, one] of messages.entries()) {
    if (one.role === 'tool') {
      if (!open.delete(one.tool_call_id)) {
        throw invalid(`messages.${index}.tool_call_id: answers no call of the message before`);
      }
      continue;
    }
    const [missing] = open;
    if (missing !== undefined) {
      throw invalid(`messages.${index}: the call ${missing} before it has no tool message`);
    }
    const calls = one.role === 'assistant' ? (one.tool_calls ?? []) : [];
    open = new Set(calls.map(({ id }) => id));
    for (const call of calls) names.set(call.id, call.function.name);
  }
  const [missing] = open;
  if (missing !== undefined) throw invalid(`messages: the call ${missing} has no tool message`);
  return names;
}

function toBlocks(one: Spoken): PromptMessage['content'] {
  switch (one.role) {
    case 'tool':
      return [{ type: 'tool-result', toolUseId: one.tool_call_id, text: textOf(one.content) }];
    case 'assistant':
      return [
        { type: 'text', text: wordsOf(one) },
        ...callsOf(one).map(({ id, function: { name, arguments: inputJson } }) => {
          return { type: 'tool-use', toolUseId: id, name, inputJson } as const;
        }),
      ];
    case 'user':
      if (typeof one.content === 'string') return [{ type: 'text', text: one.content }];
      return one.content.map((part) => (part.type === 'text' ? part : toImage(part.image_url.url)));
  }
}

function toTold(one: Spoken, names: ReadonlyMap<string, string>): PromptMessage['content'] {
  switch (one.role) {
    case 'tool': {
      const told = `[${names.get(one.tool_call_id)} gave: ${textOf(one.content)}]`;
      return [{ type: 'text', text: told }];
    }
    case 'assistant':
      return [
        { type: 'text', text: wordsOf(one) },
        ...callsOf(one).map(({ function: { name, arguments: input } }): ContentBlock => {
          return { type: 'text', text: `[Called ${name} with ${input}]` };
        }),
      ];
    case 'user':
      return toBlocks(one);
  }
}

function callsOf({ tool_calls: calls }: Said): readonly v.InferOutput<typeof toolCall>[] {
  return calls ?? [];
}

function wordsOf({ content }: Said): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => (part.type === 'text' ? part.text : part.refusal)).join('');
}

function textOf(given: v.InferOutput<typeof words>): string {
  return typeof given === 'string' ? given : given.map((part) => part.text).join('');
}

function toImage(url: string): PromptMessage['content'][number] {
  const [head = '', kind = ''] = picture.exec(url) ?? [];
  const format = (['png', 'gif', 'webp'] as const).find((one) => one === kind) ?? 'jpeg';
  return { type: 'image', format, base64: url.slice(head.length) };
}

/** An answer that a model is to go on with may not end with a space (Bedrock refuses it). */
function trimmedAtEnd(
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
