import type { ChatRequest } from '#local/bedrock/api/openai/chat-request.ts';
import { invalidParameters } from '#local/bedrock/api/openai/invalid-parameters.ts';
import { parseBody } from '#local/bedrock/server/parse-body.ts';
import {
  boolean,
  either,
  integer,
  isRecord,
  list,
  map,
  number,
  object,
  oneOf,
  readShape,
  string,
  structure,
  tagged,
  type Shape,
  type Shaped,
} from '#local/wire/shape.ts';

const part = tagged('type', {
  input_text: structure({ text: string() }),
  input_image: structure({ image_url: string() }),
  output_text: structure({ text: string() }),
  refusal: structure({ refusal: string() }),
});

const content = either(string(), list(part));

const message = structure({ role: oneOf('user', 'assistant', 'system', 'developer'), content });

const otherItem = tagged('type', {
  function_call: structure({ call_id: string({ min: 1 }), name: string(), arguments: string() }),
  function_call_output: structure({ call_id: string({ min: 1 }), output: content }),
  item_reference: structure({ id: string({ min: 1 }) }),
  // Clients send earlier reasoning back with the conversation. It is ignored.
  reasoning: structure({}),
});

/** A message may leave out its type: its role shows that it is one. */
const item: Shape<Shaped<typeof message> | Shaped<typeof otherItem>> = (value, path, problems) =>
  isRecord(value) && (value['role'] !== undefined || value['type'] === 'message')
    ? message(value, path, problems)
    : otherItem(value, path, problems);

const functionChoice = structure({ type: oneOf('function'), name: string({ min: 1 }) });

const responsesShape = structure(
  { model: string({ min: 1 }), input: either(string(), list(item, { min: 1 })) },
  {
    background: boolean,
    conversation: either(string(), object),
    instructions: string(),
    max_output_tokens: integer({ min: 1 }),
    max_tool_calls: integer({ min: 1 }),
    metadata: map(string({ max: 512 })),
    parallel_tool_calls: boolean,
    previous_response_id: string({ min: 1 }),
    reasoning: structure({}, { effort: string(), summary: string() }),
    store: boolean,
    stream: boolean,
    temperature: number({ min: 0, max: 2 }),
    text: structure(
      {},
      {
        format: tagged('type', {
          text: structure({}),
          json_object: structure({}),
          json_schema: structure(
            { name: string({ min: 1 }), schema: object },
            { description: string(), strict: boolean },
          ),
        }),
        verbosity: string(),
      },
    ),
    tool_choice: either(oneOf('auto', 'none', 'required'), functionChoice),
    tools: list(
      structure(
        { type: oneOf('function'), name: string({ min: 1 }) },
        { description: string(), parameters: object, strict: boolean },
      ),
    ),
    top_p: number({ min: 0, max: 1 }),
    truncation: oneOf('auto', 'disabled'),
    user: string(),
  },
);

export type ResponsesRequest = Shaped<typeof responsesShape>;
export type ChatMessages = ChatRequest['messages'];

/** Reads the body of a request for a response. Throws the error of OpenAI's API. */
export function readResponsesRequest(body: Buffer): ResponsesRequest {
  return readShape(responsesShape, parseBody(body), invalidParameters);
}

/** Returns the request of chat completions that corresponds to a whole conversation. */
export function toChatRequest(body: ResponsesRequest, conversation: ChatMessages): ChatRequest {
  const { instructions, tools, tool_choice: choice } = body;
  const system: ChatMessages =
    instructions === undefined ? [] : [{ type: 'system', value: { content: instructions } }];
  return {
    messages: [...system, ...conversation],
    response_format: toResponseFormat(body.text?.format),
    temperature: body.temperature,
    top_p: body.top_p,
    max_completion_tokens: body.max_output_tokens,
    tools: tools?.map(({ name, description, parameters, strict }) => ({
      type: 'function' as const,
      function: { name, description, parameters, strict },
    })),
    tool_choice:
      typeof choice === 'object' ? { type: 'function', function: { name: choice.name } } : choice,
  };
}

function toResponseFormat(
  format: NonNullable<ResponsesRequest['text']>['format'],
): ChatRequest['response_format'] {
  if (format?.type !== 'json_schema') return format;
  return { type: 'json_schema', value: { json_schema: format.value } };
}

/**
 * Returns the input as messages of chat completions. `findItem` returns the messages of an item
 * that the server has stored.
 */
export function toChatMessages(
  input: ResponsesRequest['input'],
  findItem: (id: string) => ChatMessages,
): ChatMessages {
  if (typeof input === 'string') return [{ type: 'user', value: { content: input } }];
  return input.flatMap((entry): ChatMessages => {
    if ('role' in entry) {
      const { role: type, content: parts } = entry;
      return [{ type, value: { content: toContent(parts) } }];
    }
    switch (entry.type) {
      case 'function_call': {
        const { call_id: id, name, arguments: json } = entry.value;
        const call = { id, type: 'function' as const, function: { name, arguments: json } };
        return [{ type: 'assistant', value: { tool_calls: [call] } }];
      }
      case 'function_call_output': {
        const { call_id, output } = entry.value;
        return [{ type: 'tool', value: { tool_call_id: call_id, content: toContent(output) } }];
      }
      case 'item_reference':
        return findItem(entry.value.id);
      case 'reasoning':
        return [];
    }
  });
}

type ChatContent = Extract<ChatMessages[number], { type: 'user' }>['value']['content'];

function toContent(parts: Shaped<typeof content>): ChatContent {
  if (typeof parts === 'string') return parts;
  return parts.map((entry) => {
    switch (entry.type) {
      case 'input_image':
        return { type: 'image_url', value: { image_url: { url: entry.value.image_url } } };
      case 'refusal':
        return { type: 'text', value: { text: entry.value.refusal } };
      case 'input_text':
      case 'output_text':
        return { type: 'text', value: { text: entry.value.text } };
    }
  });
}
