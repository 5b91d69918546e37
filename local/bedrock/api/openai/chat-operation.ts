import { answerTurn } from '#local/bedrock/turn/answer-turn.ts';
import { readGuardrailHeaders } from '#local/bedrock/guardrails/guardrail-headers.ts';
import { createCompletionStream, renderCompletion } from '#local/bedrock/api/openai/chat-render.ts';
import { chatShape, chatTurn } from '#local/bedrock/api/openai/chat-request.ts';
import { invalidParameters } from '#local/bedrock/api/openai/invalid-parameters.ts';
import { invalidParameter, openAiErrorMessage } from '#local/bedrock/api/openai/openai-error.ts';
import { requireTextModel } from '#local/bedrock/api/openai/served-model.ts';
import type { BedrockOperation } from '#local/bedrock/api/operation.ts';
import { parseBody } from '#local/bedrock/server/parse-body.ts';
import type { Reply, StreamWriter } from '#local/bedrock/turn/reply.ts';
import { createSseWriter, type SseMessage } from '#local/bedrock/api/sse-writer.ts';
import type { BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';
import { readShape } from '#local/wire/shape.ts';

/** OpenAI's chat completions, as `bedrock-runtime` and `bedrock-mantle` serve them. */
export const chatCompletions: BedrockOperation = {
  name: 'ChatCompletions',
  method: 'POST',
  signingServices: ['bedrock-mantle', 'bedrock'],
  path: /^(?:\/openai)?\/v1\/chat\/completions$/u,
  async run(call: BedrockCall) {
    const { note, request } = call;
    const body = readShape(chatShape, parseBody(request.body), invalidParameters);
    const id = body.model ?? '';
    if (id === '') throw invalidParameter('you must provide a model parameter', 'model');
    note.modelId = id;
    if (body.stream !== true && body.stream_options !== undefined) throw optionsWithoutStream();
    const model = requireTextModel(call, id);
    const turn = { ...chatTurn(model, body), guardrail: readGuardrailHeaders(request, {}) };
    const includesUsage = body.stream_options?.include_usage === true;
    const reply: Reply =
      body.stream === true
        ? { type: 'stream', writer: createWriter(turn, id, includesUsage) }
        : { type: 'whole', render: (answer) => ({ body: renderCompletion(answer, turn, id) }) };
    await answerTurn(call, turn, reply);
  },
};

/** With `include_usage`, every chunk has the member, and only the last one has a value. */
function createWriter(turn: ModelTurn, id: string, includesUsage: boolean): StreamWriter {
  const toChunks = createCompletionStream(turn, id, includesUsage);
  return createSseWriter({
    toMessages(event) {
      const messages: readonly SseMessage[] = toChunks(event).map((chunk) => ({
        data: includesUsage ? { usage: null, ...chunk } : chunk,
      }));
      return event.type === 'end' ? [...messages, { data: '[DONE]' }] : messages;
    },
    toError: openAiErrorMessage,
    unknownMessage: { data: { object: 'something.new', choices: [] } },
  });
}

function optionsWithoutStream(): BedrockError {
  const message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
  return invalidParameter(message, 'stream_options');
}
