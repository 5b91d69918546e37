import * as v from 'valibot';
import type { ContentBlock, PromptMessage } from '#domain/message.ts';
import type { InferenceConfig, ModelForm, Tool, ToolChoice } from '#domain/ports.ts';
import type { ChatRequest } from '#protocol/chat-request.ts';
import { invalid, parsed, parseJsonObject } from '#protocol/json-body.ts';

const text = v.object({ type: v.literal('text'), text: v.string() });
const image = v.object({
  type: v.literal('image_url'),
  image_url: v.object({ url: v.string('must be a string') }),
});
const words = v.union([v.string(), v.array(text)], 'must be a string, or a list of text parts');
const content = v.union(
  [v.string(), v.array(v.variant('type', [text, image]))],
  'must be a string, or a list of text and image_url parts',
);

const toolCall = v.object({
  id: v.string(),
  type: v.literal('function'),
  function: v.object({ name: v.string(), arguments: v.string() }),
});

const message = v.variant(
  'role',
  [
    v.object({ role: v.literal('system'), content: words }),
    v.object({ role: v.literal('developer'), content: words }),
    v.object({ role: v.literal('user'), content }),
    v.object({
      role: v.literal('assistant'),
      content: v.nullish(words),
      tool_calls: v.nullish(v.array(toolCall)),
    }),
    v.object({ role: v.literal('tool'), tool_call_id: v.string(), content: words }),
  ],
  'must have a role of system, developer, user, assistant or tool',
);

const count = v.nullish(v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(1)));
const unit = v.nullish(
  v.pipe(v.number(), v.minValue(0, 'must be from 0 to 1'), v.maxValue(1, 'must be from 0 to 1')),
);
const anObject = v.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
);

/** What we know of OpenAI's request; what we do not know is nothing that changes the answer's form. */
export const completionSchema = v.object({
  model: v.string('must be a string'),
  messages: v.pipe(
    v.array(message, 'must be a list of messages'),
    v.minLength(1, 'must not be empty'),
  ),
  stream: v.nullish(v.boolean('must be true or false'), false),
  stream_options: v.nullish(v.object({ include_usage: v.nullish(v.boolean()) })),
  max_tokens: count,
  max_completion_tokens: count,
  temperature: unit,
  top_p: unit,
  n: v.nullish(v.literal(1, 'must be 1')),
  stop: v.nullish(v.union([v.string(), v.pipe(v.array(v.string()), v.maxLength(4))])),
  tools: v.nullish(
    v.array(
      v.object({
        type: v.literal('function', 'must be function'),
        function: v.object({
          name: v.string(),
          description: v.nullish(v.string()),
          parameters: v.nullish(anObject),
        }),
      }),
    ),
  ),
  tool_choice: v.nullish(
    v.union(
      [
        v.picklist(['none', 'auto', 'required']),
        v.object({ type: v.literal('function'), function: v.object({ name: v.string() }) }),
      ],
      'must be none, auto, required or a function',
    ),
  ),
  response_format: v.nullish(
    v.variant('type', [
      v.object({ type: v.picklist(['text', 'json_object']) }),
      v.object({
        type: v.literal('json_schema'),
        json_schema: v.object({ name: v.string(), schema: anObject }),
      }),
    ]),
  ),
});

type Completion = v.InferOutput<typeof completionSchema>;
type Message = v.InferOutput<typeof message>;

export interface OpenAiRequest {
  readonly chat: ChatRequest;
  readonly isStreamed: boolean;
  /** Whether the stream tells the tokens, too. */
  readonly includesUsage: boolean;
}

/** Reads the body of a chat completion. Throws `invalid_request` that names the field at fault. */
export function parseOpenAiRequest(body: string): OpenAiRequest {
  const request = parsed(completionSchema, parseJsonObject(body));
  const instructions = request.messages.flatMap((one) =>
    one.role === 'system' || one.role === 'developer' ? [textOf(one.content)] : [],
  );
  if (request.response_format?.type === 'json_object') instructions.push(jsonOnly);
  const messages = toMessages(request.messages);
  if (messages[0]?.role !== 'user') {
    throw invalid('messages: must begin with one of the user, after the instructions');
  }
  return {
    isStreamed: request.stream,
    includesUsage: request.stream_options?.include_usage === true,
    chat: {
      modelId: request.model,
      question: { type: 'exchange', messages },
      inference: toInference(request),
      ...(instructions.length === 0 ? {} : { system: instructions.join('\n\n') }),
      ...toForm(request),
    },
  };
}

const jsonOnly = 'Answer with one JSON object, and nothing before or after it.';

/** Results of tools are the user's to give, and roles alternate on Bedrock: neighbours are joined. */
function toMessages(given: readonly Message[]): readonly PromptMessage[] {
  const messages: PromptMessage[] = [];
  for (const one of given) {
    if (one.role === 'system' || one.role === 'developer') continue;
    const next: PromptMessage =
      one.role === 'assistant'
        ? { role: 'assistant', content: toAnswer(one) }
        : { role: 'user', content: toAsked(one) };
    const last = messages.at(-1);
    if (last?.role !== next.role) messages.push(next);
    else messages.splice(-1, 1, { ...last, content: [...last.content, ...next.content] });
  }
  return messages.filter((one) => one.content.length > 0);
}

function toAsked(one: Extract<Message, { role: 'user' | 'tool' }>): PromptMessage['content'] {
  if (one.role === 'tool') {
    return [{ type: 'tool-result', toolUseId: one.tool_call_id, text: textOf(one.content) }];
  }
  if (typeof one.content === 'string') return [{ type: 'text', text: one.content }];
  return one.content.map((part) => (part.type === 'text' ? part : toImage(part.image_url.url)));
}

function toAnswer({
  content: said,
  tool_calls: calls,
}: Extract<Message, { role: 'assistant' }>): readonly ContentBlock[] {
  const answer = textOf(said ?? '');
  const uses = (calls ?? []).map(({ id, function: { name, arguments: inputJson } }) => {
    return { type: 'tool-use', toolUseId: id, name, inputJson } as const;
  });
  return [...(answer === '' ? [] : [{ type: 'text', text: answer } as const]), ...uses];
}

function textOf(given: v.InferOutput<typeof words>): string {
  return typeof given === 'string' ? given : given.map((part) => part.text).join('');
}

function toImage(url: string): PromptMessage['content'][number] {
  const [, format, base64] = /^data:image\/(png|jpeg|gif|webp);base64,(.+)$/su.exec(url) ?? [];
  const known = (['png', 'jpeg', 'gif', 'webp'] as const).find((one) => one === format);
  if (known === undefined || base64 === undefined) {
    throw invalid('messages: an image_url must be a data: URL of a PNG, JPEG, GIF or WebP');
  }
  return { type: 'image', format: known, base64 };
}

function toInference(request: Completion): InferenceConfig {
  const maxTokens = request.max_completion_tokens ?? request.max_tokens;
  const { temperature, top_p: topP, stop } = request;
  return {
    ...(typeof maxTokens === 'number' ? { maxTokens } : {}),
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(typeof topP === 'number' ? { topP } : {}),
    ...(stop === undefined || stop === null ? {} : { stopSequences: [stop].flat() }),
  };
}

function toForm({ tools, tool_choice: choice, response_format: format }: Completion): ModelForm {
  const offered = choice === 'none' ? [] : (tools ?? []);
  const specs = offered.map(toTool);
  const toolChoice = choice === undefined || choice === null ? undefined : toToolChoice(choice);
  return {
    ...(specs.length === 0 ? {} : { tools: specs }),
    ...(specs.length === 0 || toolChoice === undefined ? {} : { toolChoice }),
    ...(format?.type === 'json_schema' ? { outputSchema: format.json_schema } : {}),
  };
}

function toTool({
  function: { name, description, parameters },
}: NonNullable<Completion['tools']>[number]): Tool {
  const tool = { name, inputSchema: { type: 'object', ...parameters } };
  return typeof description === 'string' ? { ...tool, description } : tool;
}

function toToolChoice(choice: NonNullable<Completion['tool_choice']>): ToolChoice | undefined {
  if (typeof choice === 'object') return { type: 'tool', name: choice.function.name };
  switch (choice) {
    case 'auto':
      return { type: 'auto' };
    case 'required':
      return { type: 'any' };
    case 'none':
      return undefined;
  }
}
