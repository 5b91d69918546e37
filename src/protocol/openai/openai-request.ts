import type { ChatRequest } from '#domain/chat/chat-request.ts';
import * as v from 'valibot';
import type { InferenceConfig, ModelOptions, Tool, ToolChoice } from '#domain/model/model.ts';
import { efforts, serviceTiers, type ModelSettings } from '#domain/model-settings.ts';
import { invalidRequest } from '#domain/errors.ts';
import { notArray } from '#protocol/http/not-array.ts';
import { parseWith, parseJsonObject } from '#protocol/http/json-body.ts';
import {
  openAiMessageSchema,
  systemTexts,
  toPromptMessages,
} from '#protocol/openai/openai-messages.ts';

const count = v.nullish(
  v.pipe(
    v.number('must be a whole number'),
    v.integer('must be a whole number'),
    v.minValue(1, 'must be at least 1'),
  ),
);
const upTo = (max: number) => {
  const rule = `must be from 0 to ${max}`;
  return v.nullish(v.pipe(v.number(rule), v.minValue(0, rule), v.maxValue(max, rule)));
};
const anObject = v.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
);

/** OpenAI requires an object; the model returns it as the input of a tool call. */
const anObjectSchema = v.pipe(
  anObject,
  v.check((schema) => schema['type'] === 'object', 'must be a schema of type object'),
);
/** Fields that change the answer and are not supported. */
const unsupported = v.nullish(v.literal(false, 'is not supported'));

const stopSequence = v.pipe(
  v.string('must be a string'),
  v.minLength(1, 'must not be empty'),
  v.maxLength(200, 'must be at most 200 characters'),
);

/** The supported fields of OpenAI's request. Other fields do not change the format of the answer. */
export const completionSchema = v.object({
  model: v.string('must be a string'),
  messages: v.pipe(
    v.array(openAiMessageSchema, 'must be a list of messages'),
    v.minLength(1, 'must not be empty'),
  ),
  stream: v.nullish(v.boolean('must be true or false'), false),
  stream_options: v.nullish(
    notArray(v.object({ include_usage: v.nullish(v.boolean()) }), 'must be an object'),
  ),
  max_tokens: count,
  max_completion_tokens: count,
  temperature: upTo(2),
  top_p: upTo(1),
  n: v.nullish(v.literal(1, 'must be 1')),
  stop: v.nullish(
    v.union(
      [stopSequence, v.pipe(v.array(stopSequence), v.maxLength(4, 'must be at most 4 strings'))],
      'must be a string, or a list of strings',
    ),
  ),
  reasoning_effort: v.nullish(
    v.picklist(
      ['none', 'minimal', ...efforts],
      `must be one of none, minimal, ${efforts.join(', ')}`,
    ),
  ),
  service_tier: v.nullish(
    v.picklist(['auto', ...serviceTiers], `must be one of auto, ${serviceTiers.join(', ')}`),
  ),
  logprobs: unsupported,
  functions: unsupported,
  audio: unsupported,
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
  /** Whether the stream ends with the usage. */
  readonly includesUsage: boolean;
}

/** Parses the body of a chat completion. Throws `invalid_request` that names the invalid field. */
export function parseOpenAiRequest(body: string): OpenAiRequest {
  const request = parseWith(completionSchema, parseJsonObject(body));
  const instructions = systemTexts(request.messages);
  const outputOptions = toOutputOptions(request);
  const messages = toPromptMessages(request.messages, {
    hasTools: outputOptions.tools !== undefined,
  });
  return {
    isStreamed: request.stream,
    includesUsage: request.stream_options?.include_usage === true,
    chat: {
      modelId: request.model,
      question: { type: 'exchange', messages },
      inference: toInference(request),
      system: instructions.length === 0 ? undefined : instructions.join('\n\n'),
      ...toSettings(request),
      ...outputOptions,
    },
  };
}

function toInference(request: Completion): InferenceConfig {
  const { temperature, top_p: topP, stop } = request;
  return {
    maxTokens: request.max_completion_tokens ?? request.max_tokens ?? undefined,
    // OpenAI's range ends at 2, Bedrock's at 1.
    temperature: typeof temperature === 'number' ? Math.min(temperature, 1) : undefined,
    topP: topP ?? undefined,
    stopSequences: stop === undefined || stop === null ? undefined : [stop].flat(),
  };
}

/** OpenAI's words for no effort leave it to the model, and `auto` leaves the tier to the deployment. */
function toSettings({ reasoning_effort, service_tier }: Completion): ModelSettings {
  return {
    effort: efforts.find((effort) => effort === reasoning_effort),
    serviceTier: serviceTiers.find((tier) => tier === service_tier),
  };
}

const anyObject = { name: 'object', schema: { type: 'object', additionalProperties: true } };

type OutputOptions = Pick<ModelOptions, 'tools' | 'toolChoice' | 'outputSchema'>;

function toOutputOptions({
  tools,
  tool_choice: choice,
  response_format: format,
}: Completion): OutputOptions {
  const specs = (tools ?? []).map(toTool);
  const names = specs.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalidRequest('tools', `has ${twice} twice`);
  const toolChoice = choice === undefined || choice === null ? undefined : toToolChoice(choice);
  if (toolChoice?.type === 'tool' && !names.includes(toolChoice.name)) {
    throw invalidRequest('tool_choice', `${toolChoice.name} is not among the tools`);
  }
  if (toolChoice?.type === 'any' && specs.length === 0) {
    throw invalidRequest('tool_choice', 'required needs tools');
  }
  const isOffered = specs.length > 0 && choice !== 'none';
  return {
    tools: isOffered ? specs : undefined,
    toolChoice: isOffered ? toolChoice : undefined,
    outputSchema: toOutputSchema(format),
  };
}

function toOutputSchema(format: Completion['response_format']): ModelOptions['outputSchema'] {
  switch (format?.type) {
    case 'json_schema':
      return format.json_schema;
    case 'json_object':
      return anyObject;
    case 'text':
    case undefined:
      return undefined;
  }
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
