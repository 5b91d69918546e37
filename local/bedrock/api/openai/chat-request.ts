import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import { maxAnswerTokens } from '#local/bedrock/turn/plain-turn.ts';
import type { JsonSchema } from '#local/bedrock/model/json-schema.ts';
import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import { checkOutputSchema } from '#local/bedrock/model/output-schema.ts';
import type {
  AskedRequest,
  Tool,
  ToolChoice,
  ModelTurn,
  TurnBlock,
  TurnMessage,
} from '#local/bedrock/turn/turn.ts';
import { parseInput } from '#local/bedrock/turn/whole-answer.ts';
import {
  anything,
  boolean,
  either,
  integer,
  list,
  number,
  object,
  oneOf,
  string,
  structure,
  tagged,
  type Shaped,
} from '#local/wire/shape.ts';

/**
 * The request of OpenAI's chat completions, for OpenAI's API and for models with this native
 * format.
 */

const part = tagged('type', {
  text: structure({ text: string() }),
  image_url: structure({ image_url: structure({ url: string() }) }),
});

const content = either(string(), list(part));

const toolCall = structure({
  id: string({ min: 1 }),
  type: oneOf('function'),
  function: structure({ name: string({ min: 1 }), arguments: string() }),
});

const message = tagged('role', {
  system: structure({ content }),
  developer: structure({ content }),
  user: structure({ content }),
  assistant: structure({}, { content, tool_calls: list(toolCall) }),
  tool: structure({ tool_call_id: string({ min: 1 }), content }),
});

export const chatShape = structure(
  { messages: list(message, { min: 1 }) },
  {
    model: string(),
    max_tokens: integer({ min: 1 }),
    max_completion_tokens: integer({ min: 1 }),
    temperature: number({ min: 0, max: 2 }),
    top_p: number({ min: 0, max: 1 }),
    stop: either(string({ min: 1 }), list(string({ min: 1 }))),
    stream: boolean,
    stream_options: structure({}, { include_usage: boolean }),
    tools: list(
      structure({
        type: oneOf('function'),
        function: structure(
          { name: string({ min: 1 }) },
          { description: string(), parameters: object, strict: boolean },
        ),
      }),
    ),
    tool_choice: either(
      oneOf('auto', 'none', 'required'),
      structure({ type: oneOf('function'), function: structure({ name: string() }) }),
    ),
    response_format: tagged('type', {
      text: structure({}),
      json_object: structure({}),
      json_schema: structure({
        json_schema: structure({ schema: object }, { name: string(), strict: boolean }),
      }),
    }),
    reasoning_effort: string(),
    metadata: anything,
  },
);

export type ChatRequest = Shaped<typeof chatShape>;
type Message = Shaped<typeof message>;

/** Converts a chat request to a turn. Throws the errors of these models. */
export function chatTurn(
  model: ModelFacts,
  request: ChatRequest,
  asked: AskedRequest = { api: 'openai', fields: request },
): ModelTurn {
  const { tools: functions = [], stop, response_format: format } = request;
  const tools = functions.map(({ function: definition }): Tool => {
    const { name, description = '', parameters = {}, strict: isStrict } = definition;
    return { name, description, inputSchema: { type: 'object', ...parameters }, isStrict };
  });
  const system = request.messages.flatMap((entry) =>
    entry.type === 'system' || entry.type === 'developer' ? toBlocks(entry.value.content) : [],
  );
  const messages = toMessages(request.messages);
  if (messages[0]?.role !== 'user') {
    throw invalid('A conversation must start with a user message.');
  }
  const maxTokens = request.max_completion_tokens ?? request.max_tokens;
  return {
    model,
    system,
    messages,
    maxTokens: maxAnswerTokens(maxTokens, model),
    stopSequences: typeof stop === 'string' ? [stop] : (stop ?? []),
    inference: { maxTokens, temperature: request.temperature, topP: request.top_p },
    tools,
    toolChoice: toToolChoice(request.tool_choice),
    schema: readFormat(format, model),
    asked,
    isReasoning: model.traits.reasoning === 'always',
    metadata: {},
  };
}

/** `json_object` requests an object without a schema. */
function readFormat(
  format: ChatRequest['response_format'],
  model: ModelFacts,
): JsonSchema | undefined {
  if (format?.type === 'json_object') return anyObject;
  if (format?.type !== 'json_schema') return undefined;
  return checkOutputSchema(JSON.stringify(format.value.json_schema.schema), model);
}

const anyObject: JsonSchema = {
  type: 'object',
  required: ['answer'],
  properties: { answer: { type: 'string' } },
  additionalProperties: false,
};

function toToolChoice(choice: ChatRequest['tool_choice']): ToolChoice {
  if (choice === undefined || choice === 'auto') return { type: 'auto' };
  if (choice === 'none') return { type: 'none' };
  return choice === 'required' ? { type: 'any' } : { type: 'tool', name: choice.function.name };
}

/** OpenAI has one message per tool result. In a turn, they are blocks of one user message. */
function toMessages(entries: readonly Message[]): readonly TurnMessage[] {
  const messages: { role: TurnMessage['role']; content: TurnBlock[] }[] = [];
  const add = (role: TurnMessage['role'], blocks: readonly TurnBlock[]): void => {
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else messages.push({ role, content: [...blocks] });
  };
  for (const entry of entries) {
    if (entry.type === 'user') add('user', toBlocks(entry.value.content));
    else if (entry.type === 'assistant') add('assistant', assistantBlocks(entry.value));
    else if (entry.type === 'tool') {
      const { tool_call_id: toolUseId, content: result } = entry.value;
      add('user', [{ type: 'tool-result', toolUseId, content: toBlocks(result), isError: false }]);
    }
  }
  return messages;
}

function assistantBlocks(
  entry: Extract<Message, { type: 'assistant' }>['value'],
): readonly TurnBlock[] {
  const calls = (entry.tool_calls ?? []).map(({ id, function: { name, arguments: json } }) => ({
    type: 'tool-use' as const,
    toolUseId: id,
    name,
    input: parseInput(json),
  }));
  return [...toBlocks(entry.content ?? ''), ...calls];
}

function toBlocks(parts: Shaped<typeof content>): readonly TurnBlock[] {
  if (typeof parts === 'string') return parts === '' ? [] : [{ type: 'text', text: parts }];
  return parts.map((piece) =>
    piece.type === 'text'
      ? { type: 'text', text: piece.value.text }
      : toImage(piece.value.image_url.url),
  );
}

function toImage(url: string): TurnBlock {
  const [, format = '', data = ''] = /^data:image\/(\w+);base64,(.*)$/su.exec(url) ?? [];
  if (format === '') throw invalid('image_url.url must be a data URL of an image in Base64.');
  return { type: 'image', format, bytes: Buffer.from(data, 'base64') };
}
