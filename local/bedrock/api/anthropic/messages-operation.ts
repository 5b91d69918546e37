import { answerTurn } from '#local/bedrock/turn/answer-turn.ts';
import {
  createMessageStream,
  renderMessage,
} from '#local/bedrock/api/anthropic/messages-render.ts';
import { toTurn } from '#local/bedrock/api/anthropic/messages-request.ts';
import { errorType } from '#local/bedrock/api/anthropic/anthropic-error.ts';
import { invalidFields } from '#local/bedrock/api/anthropic/invalid-fields.ts';
import {
  messagesShape,
  type MessagesRequest,
} from '#local/bedrock/api/anthropic/messages-shape.ts';
import { refuseThreads } from '#local/bedrock/api/anthropic/refuse-threads.ts';
import { BedrockError, invalid } from '#local/bedrock/server/bedrock-error.ts';
import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import { findTextModel } from '#local/bedrock/model/models.ts';
import { countTurn } from '#local/bedrock/turn/count-turn.ts';
import { sendJson, type BedrockOperation } from '#local/bedrock/api/operation.ts';
import { parseBody } from '#local/bedrock/server/parse-body.ts';
import type { Reply } from '#local/bedrock/turn/reply.ts';
import { createSseWriter } from '#local/bedrock/api/sse-writer.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import { isRecord, readShape } from '#local/wire/shape.ts';

/** Anthropic's own Messages API, as `bedrock-mantle` serves it. */
export const messages: BedrockOperation = {
  name: 'Messages',
  method: 'POST',
  signingServices: ['bedrock-mantle', 'bedrock'],
  path: /^(?:\/anthropic)?\/v1\/messages$/u,
  async run(call: BedrockCall) {
    const parsed = parseBody(call.request.body);
    refuseThreads(parsed);
    const body = readShape(messagesShape, parsed, invalidFields);
    const [id, model] = readModel(call, body.model);
    const turn = toTurn(model, withBetas(call, body), true);
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

/** Counts the input tokens of a message. They are those that its answer would report. */
export const countMessageTokens: BedrockOperation = {
  name: 'CountMessageTokens',
  method: 'POST',
  signingServices: ['bedrock-mantle', 'bedrock'],
  path: /^(?:\/anthropic)?\/v1\/messages\/count_tokens$/u,
  answersWithoutModel: true,
  async run(call) {
    const counted = parseBody(call.request.body);
    // The request is that of a message, without the length of an answer.
    const whole = isRecord(counted) ? { max_tokens: 1, ...counted } : counted;
    const body = readShape(messagesShape, whole, invalidFields);
    const [, model] = readModel(call, body.model);
    const longest = model.maxOutputTokens ?? Number.MAX_SAFE_INTEGER;
    const turn = toTurn(model, withBetas(call, { ...body, max_tokens: longest }), true);
    sendJson(call, { input_tokens: await countTurn(call, turn) });
  },
};

/** Returns a request with the betas of its header, which count like those of its body. */
function withBetas({ request }: BedrockCall, body: MessagesRequest): MessagesRequest {
  const betas = String(request.headers['anthropic-beta'] ?? '').split(/\s*,\s*/u);
  return { ...body, anthropic_beta: [...(body.anthropic_beta ?? []), ...betas] };
}

/** Returns the id of the requested model and the model. Throws the errors of Anthropic's API. */
function readModel(
  { note, context }: BedrockCall,
  id = '',
): readonly [id: string, model: ModelFacts] {
  if (id === '') throw invalid('model: Field required');
  note.modelId = id;
  let hint: string | undefined;
  try {
    const model = findTextModel(id, context.policy);
    if (model.format === 'anthropic') return [id, model];
  } catch (error) {
    if (!(error instanceof BedrockError) || error.type !== 'ValidationException') throw error;
    ({ hint } = error);
  }
  throw new BedrockError('ResourceNotFoundException', `model: ${id}`, { hint });
}
