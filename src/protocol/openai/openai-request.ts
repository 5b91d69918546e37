import * as v from 'valibot';
import type { InferenceConfig, OutputOptions, Tool, ToolChoice } from '#domain/model/model.ts';
import type { ChatRequest } from '#protocol/turn/chat-request.ts';
import { invalid, parsed, parseJsonObject } from '#protocol/http/json-body.ts';
import { instructionsIn, message, toExchange } from '#protocol/openai/openai-messages.ts';

const count = v.nullish(
  v.pipe(
    v.number('must be a whole number'),
    v.integer('must be a whole number'),
    v.minValue(1, 'must be at least 1'),
  ),
);
const upTo = (max: number) => {
  const reason = `must be from 0 to ${max}`;
  return v.nullish(v.pipe(v.number(reason), v.minValue(0, reason), v.maxValue(max, reason)));
};
const anObject = v.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
);

/** As OpenAI wants it; a model is asked for it as the input of a tool. */
const anObjectSchema = v.pipe(
  anObject,
  v.check((schema) => schema['type'] === 'object', 'must be a schema of type object'),
);
/** What would change the answer, and is not to be had here. */
const notOffered = v.nullish(v.literal(false, 'is not offered'));

const stopWord = v.pipe(
  v.string('must be a string'),
  v.minLength(1, 'must not be empty'),
  v.maxLength(200, 'must be at most 200 characters'),
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
  temperature: upTo(2),
  top_p: upTo(1),
  n: v.nullish(v.literal(1, 'must be 1')),
  stop: v.nullish(
    v.union(
      [stopWord, v.pipe(v.array(stopWord), v.maxLength(4, 'must be at most 4 strings'))],
      'must be a string, or a list of strings',
    ),
  ),
  logprobs: notOffered,
  functions: notOffered,
  audio: notOffered,
  tools: v.nullish(
    v.array(
      v.object({
        type: v.literal('function', 'must be function'),
        function: v.object({
          name: v.pipe(
            v.string('must be a string'),
            v.regex(/^[\w-]{1,64}$/u, 'must be 1 to 64 letters, digits, _ and -'),
          ),
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
    v.variant(
      'type',
      [
        v.object({ type: v.picklist(['text', 'json_object']) }),
        v.object({
          type: v.literal('json_schema'),
          json_schema: v.object({ name: v.string('must be a string'), schema: anObjectSchema }),
        }),
      ],
      'must be text, json_object or json_schema',
    ),
  ),
});

type Completion = v.InferOutput<typeof completionSchema>;

export interface OpenAiRequest {
  readonly chat: ChatRequest;
  readonly isStreamed: boolean;
  /** Whether the stream tells the tokens, too. */
  readonly includesUsage: boolean;
}

/** Reads the body of a chat completion. Throws `invalid_request` that names the field at fault. */
export function parseOpenAiRequest(body: string): OpenAiRequest {
  const request = parsed(completionSchema, parseJsonObject(body));
  const instructions = instructionsIn(request.messages);
  const form = toForm(request);
  const messages = toExchange(request.messages, { hasTools: form.tools !== undefined });
  return {
    isStreamed: request.stream,
    includesUsage: request.stream_options?.include_usage === true,
    chat: {
      modelId: request.model,
      question: { type: 'exchange', messages },
      inference: toInference(request),
      ...(instructions.length === 0 ? {} : { system: instructions.join('\n\n') }),
      ...form,
    },
  };
}

function toInference(request: Completion): InferenceConfig {
  const maxTokens = request.max_completion_tokens ?? request.max_tokens;
  const { temperature, top_p: topP, stop } = request;
  return {
    ...(typeof maxTokens === 'number' ? { maxTokens } : {}),
    // OpenAI's goes to 2, Bedrock's to 1.
    ...(typeof temperature === 'number' ? { temperature: Math.min(temperature, 1) } : {}),
    ...(typeof topP === 'number' ? { topP } : {}),
    ...(stop === undefined || stop === null ? {} : { stopSequences: [stop].flat() }),
  };
}

const anyObject = { name: 'object', schema: { type: 'object', additionalProperties: true } };

function toForm({
  tools,
  tool_choice: choice,
  response_format: format,
}: Completion): OutputOptions {
  const specs = (tools ?? []).map(toTool);
  const names = specs.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`tools: has ${twice} twice`);
  const toolChoice = choice === undefined || choice === null ? undefined : toToolChoice(choice);
  if (toolChoice?.type === 'tool' && !names.includes(toolChoice.name)) {
    throw invalid(`tool_choice: ${toolChoice.name} is not among the tools`);
  }
  if (toolChoice?.type === 'any' && specs.length === 0) {
    throw invalid('tool_choice: required needs tools');
  }
  const isOffered = specs.length > 0 && choice !== 'none';
  return {
    ...(isOffered ? { tools: specs } : {}),
    ...(isOffered && toolChoice !== undefined ? { toolChoice } : {}),
    ...(format?.type === 'json_schema' ? { outputSchema: format.json_schema } : {}),
    ...(format?.type === 'json_object' ? { outputSchema: anyObject } : {}),
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
