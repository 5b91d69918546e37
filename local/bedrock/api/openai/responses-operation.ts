import { answerTurn } from '#local/bedrock/turn/answer-turn.ts';
import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import { findTextModel } from '#local/bedrock/model/models.ts';
import { chatTurn, type ChatRequest } from '#local/bedrock/api/openai/chat-request.ts';
import { openAiErrorBody, invalidParameters } from '#local/bedrock/api/openai/openai-error.ts';
import {
  createResponseStream,
  renderResponse,
} from '#local/bedrock/api/openai/responses-render.ts';
import type { BedrockOperation } from '#local/bedrock/api/operation.ts';
import { parseBody } from '#local/bedrock/server/parse-body.ts';
import type { Reply } from '#local/bedrock/turn/reply.ts';
import { createSseWriter } from '#local/bedrock/api/sse-writer.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import {
  boolean,
  either,
  integer,
  list,
  number,
  object,
  oneOf,
  readShape,
  string,
  structure,
  tagged,
  type Shaped,
} from '#local/wire/shape.ts';

const textPart = tagged('type', {
  input_text: structure({ text: string() }),
  output_text: structure({ text: string() }),
});

const item = either(
  structure({
    role: oneOf('user', 'assistant', 'system', 'developer'),
    content: either(string(), list(textPart)),
  }),
  tagged('type', {
    function_call: structure({ call_id: string(), name: string(), arguments: string() }),
    function_call_output: structure({ call_id: string(), output: string() }),
    // Clients send earlier reasoning back with the conversation. It is ignored.
    reasoning: structure({}),
  }),
);

const responsesShape = structure(
  { model: string({ min: 1 }), input: either(string(), list(item, { min: 1 })) },
  {
    instructions: string(),
    max_output_tokens: integer({ min: 1 }),
    temperature: number({ min: 0, max: 2 }),
    top_p: number({ min: 0, max: 1 }),
    stream: boolean,
    tools: list(
      structure(
        { type: oneOf('function'), name: string() },
        { description: string(), parameters: object },
      ),
    ),
    tool_choice: either(
      oneOf('auto', 'none', 'required'),
      structure({ type: oneOf('function'), name: string() }),
    ),
    previous_response_id: string(),
    text: structure(
      {},
      {
        format: tagged('type', {
          text: structure({}),
          json_object: structure({}),
          json_schema: structure({ schema: object }),
        }),
      },
    ),
  },
);

type ResponsesRequest = Shaped<typeof responsesShape>;

/** OpenAI's Responses API, as a stateless one: no response is stored. */
export const responses: BedrockOperation = {
  name: 'Responses',
  method: 'POST',
  path: /^\/openai\/v1\/responses$/u,
  errorBody: openAiErrorBody,
  async run(call: BedrockCall) {
    const { note, request, context } = call;
    const body = readShape(responsesShape, parseBody(request.body), invalidParameters);
    if (body.previous_response_id !== undefined) {
      throw invalid('previous_response_id is not supported: send the whole conversation as input.');
    }
    note.modelId = body.model;
    const turn = chatTurn(findTextModel(body.model, context.policy), toChatRequest(body));
    const reply: Reply =
      body.stream === true
        ? { type: 'stream', writer: createSseWriter(createResponseStream(turn, body.model)) }
        : {
            type: 'whole',
            render: (answer) => ({ body: renderResponse(answer, turn, body.model) }),
          };
    await answerTurn(call, turn, reply);
  },
};

/** Converts the request to the equivalent one of chat completions. */
function toChatRequest(body: ResponsesRequest): ChatRequest {
  const { input, instructions, tools, tool_choice: choice } = body;
  const items = typeof input === 'string' ? [{ role: 'user' as const, content: input }] : input;
  const system: ChatRequest['messages'] =
    instructions === undefined ? [] : [{ type: 'system', value: { content: instructions } }];
  return {
    messages: [...system, ...items.flatMap(toChatMessages)],
    response_format: toResponseFormat(body.text?.format),
    temperature: body.temperature,
    top_p: body.top_p,
    max_completion_tokens: body.max_output_tokens,
    tools: tools?.map(({ name, description, parameters }) => ({
      type: 'function' as const,
      function: { name, description, parameters },
    })),
    tool_choice:
      typeof choice === 'object' ? { type: 'function', function: { name: choice.name } } : choice,
  };
}

function toResponseFormat(
  format: NonNullable<ResponsesRequest['text']>['format'],
): ChatRequest['response_format'] {
  if (format?.type !== 'json_schema') return format;
  return { type: 'json_schema', value: { json_schema: { schema: format.value.schema } } };
}

function toChatMessages(entry: Shaped<typeof item>): ChatRequest['messages'] {
  if ('role' in entry) {
    const { content, role: type } = entry;
    const text =
      typeof content === 'string' ? content : content.map(({ value }) => value.text).join('\n');
    return [{ type, value: { content: text } }];
  }
  if (entry.type === 'function_call') {
    const { call_id: id, name, arguments: json } = entry.value;
    const call = { id, type: 'function' as const, function: { name, arguments: json } };
    return [{ type: 'assistant', value: { tool_calls: [call] } }];
  }
  if (entry.type === 'reasoning') return [];
  const { call_id: id, output } = entry.value;
  return [{ type: 'tool', value: { tool_call_id: id, content: output } }];
}
