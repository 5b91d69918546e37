import { answerTurn } from '#local/bedrock/turn/answer-turn.ts';
import {
  createMessageStream,
  renderMessage,
} from '#local/bedrock/api/anthropic/messages-render.ts';
import { toTurn } from '#local/bedrock/api/anthropic/messages-request.ts';
import { messagesShape, invalidFields } from '#local/bedrock/api/anthropic/messages-shape.ts';
import { BedrockError, invalid } from '#local/bedrock/server/bedrock-error.ts';
import { findTextModel } from '#local/bedrock/model/models.ts';
import type { BedrockOperation } from '#local/bedrock/api/operation.ts';
import { parseBody } from '#local/bedrock/server/parse-body.ts';
import type { Reply } from '#local/bedrock/turn/reply.ts';
import { createSseWriter } from '#local/bedrock/api/sse-writer.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import { readShape } from '#local/wire/shape.ts';

/** Anthropic's own Messages API, as `bedrock-mantle` serves it. */
export const messages: BedrockOperation = {
  name: 'Messages',
  method: 'POST',
  signingServices: ['bedrock-mantle', 'bedrock'],
  path: /^\/anthropic\/v1\/messages$/u,
  errorBody,
  async run(call: BedrockCall) {
    const { note, request, context } = call;
    const body = readShape(messagesShape, parseBody(request.body), invalidFields);
    const betas = String(request.headers['anthropic-beta'] ?? '').split(/\s*,\s*/u);
    const id = body.model ?? '';
    if (id === '') throw invalid('model: Field required');
    note.modelId = id;
    const model = findTextModel(id, context.policy);
    if (model.format !== 'anthropic') throw unknownModel(id);
    const anthropic_beta = [...(body.anthropic_beta ?? []), ...betas];
    const turn = toTurn(model, { ...body, anthropic_beta }, true);
    const reply: Reply =
      body.stream === true
        ? { type: 'stream', writer: createWriter(createMessageStream(turn, id)) }
        : { type: 'whole', render: (answer) => ({ body: renderMessage(answer, turn, id) }) };
    await answerTurn(call, turn, reply);
  },
};

function createWriter(
  toEvents: ReturnType<typeof createMessageStream>,
): ReturnType<typeof createSseWriter> {
  return createSseWriter({
    unknownMessage: { event: 'something_new', data: { type: 'something_new' } },
    toMessages: (event) => toEvents(event).map((data) => ({ event: data.type, data })),
    toError: (code, message) => ({
      event: 'error',
      data: { type: 'error', error: { type: errorType(code), message } },
    }),
  });
}

function unknownModel(id: string): BedrockError {
  return new BedrockError('ResourceNotFoundException', `model: ${id}`);
}

function errorBody({ type, message }: BedrockError, requestId: string): object {
  return { type: 'error', error: { type: errorType(type), message }, request_id: requestId };
}

/** Returns Anthropic's name for an error type of Bedrock. */
function errorType(type: string): string {
  const name = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
  return errorTypes.get(name) ?? 'api_error';
}

const errorTypes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    validationException: 'invalid_request_error',
    serializationException: 'invalid_request_error',
    throttlingException: 'rate_limit_error',
    serviceUnavailableException: 'overloaded_error',
    resourceNotFoundException: 'not_found_error',
    accessDeniedException: 'permission_error',
    missingAuthenticationTokenException: 'authentication_error',
    unrecognizedClientException: 'authentication_error',
    invalidSignatureException: 'authentication_error',
    expiredTokenException: 'authentication_error',
  }),
);
