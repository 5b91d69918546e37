import { answerTurn } from '#local/bedrock/turn/answer-turn.ts';
import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import { readGuardrailHeaders } from '#local/bedrock/guardrails/guardrail-headers.ts';
import { findTextModel } from '#local/bedrock/model/models.ts';
import { createCompletionStream, renderCompletion } from '#local/bedrock/api/openai/chat-render.ts';
import { chatShape, chatTurn } from '#local/bedrock/api/openai/chat-request.ts';
import {
  openAiErrorBody,
  openAiErrorMessage,
  invalidParameters,
} from '#local/bedrock/api/openai/openai-error.ts';
import type { BedrockOperation } from '#local/bedrock/api/operation.ts';
import { parseBody } from '#local/bedrock/server/parse-body.ts';
import type { Reply } from '#local/bedrock/turn/reply.ts';
import { createSseWriter, type SseMessage } from '#local/bedrock/api/sse-writer.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import { readShape } from '#local/wire/shape.ts';

/** OpenAI's chat completions, as `bedrock-runtime` serves them. */
export const chatCompletions: BedrockOperation = {
  name: 'ChatCompletions',
  method: 'POST',
  path: /^\/openai\/v1\/chat\/completions$/u,
  errorBody: openAiErrorBody,
  async run(call: BedrockCall) {
    const { note, request, context } = call;
    const body = readShape(chatShape, parseBody(request.body), invalidParameters);
    const id = body.model ?? '';
    if (id === '') throw invalid('you must provide a model parameter');
    note.modelId = id;
    const model = findTextModel(id, context.policy);
    const turn = { ...chatTurn(model, body), guardrail: readGuardrailHeaders(request, {}) };
    const includesUsage = body.stream_options?.include_usage === true;
    const reply: Reply =
      body.stream === true
        ? { type: 'stream', writer: createWriter(createCompletionStream(turn, id, includesUsage)) }
        : { type: 'whole', render: (answer) => ({ body: renderCompletion(answer, turn, id) }) };
    await answerTurn(call, turn, reply);
  },
};

function createWriter(
  toChunks: ReturnType<typeof createCompletionStream>,
): ReturnType<typeof createSseWriter> {
  return createSseWriter({
    toMessages(event) {
      const messages: readonly SseMessage[] = toChunks(event).map((data) => ({ data }));
      return event.type === 'end' ? [...messages, { data: '[DONE]' }] : messages;
    },
    toError: openAiErrorMessage,
    unknownMessage: { data: { object: 'something.new', choices: [] } },
  });
}
