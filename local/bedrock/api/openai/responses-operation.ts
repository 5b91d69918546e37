import { chatTurn } from '#local/bedrock/api/openai/chat-request.ts';
import { invalidParameter } from '#local/bedrock/api/openai/openai-error.ts';
import {
  itemId,
  renderResponse,
  toConversation,
  withResponseId,
  type RequestedResponse,
} from '#local/bedrock/api/openai/responses-render.ts';
import {
  readResponsesRequest,
  toChatMessages,
  toChatRequest,
  type ChatMessages,
  type ResponsesRequest,
} from '#local/bedrock/api/openai/responses-request.ts';
import { createResponseStream } from '#local/bedrock/api/openai/responses-stream.ts';
import { requireTextModel } from '#local/bedrock/api/openai/served-model.ts';
import {
  checkToolOutputs,
  previousConversation,
  requireItem,
  requireResponse,
  storeResponse,
  type StoredResponse,
} from '#local/bedrock/api/openai/stored-responses.ts';
import { sendJson, type BedrockOperation } from '#local/bedrock/api/operation.ts';
import { createSseWriter } from '#local/bedrock/api/sse-writer.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import { answerTurn } from '#local/bedrock/turn/answer-turn.ts';
import type { Reply } from '#local/bedrock/turn/reply.ts';
import type { WholeAnswer } from '#local/bedrock/turn/whole-answer.ts';

const signingServices = ['bedrock-mantle', 'bedrock'];

/** OpenAI's responses. They are stored unless the request says otherwise, so they can be continued. */
export const responses: BedrockOperation = {
  name: 'Responses',
  method: 'POST',
  signingServices,
  path: /^(?:\/openai)?\/v1\/responses$/u,
  async run(call: BedrockCall) {
    const { note, context } = call;
    const request = readResponsesRequest(call.request.body);
    checkSupported(request);
    note.modelId = request.model;
    const model = requireTextModel(call, request.model);
    const conversation = [
      ...previousConversation(context.responses, request.previous_response_id),
      ...toChatMessages(request.input, (id) => requireItem(context.responses, id)),
    ];
    checkToolOutputs(conversation);
    const turn = chatTurn(model, toChatRequest(request, conversation));
    const requested = withResponseId(request);
    const store = (answer: WholeAnswer): void => {
      if (request.store === false) return;
      const stored = toStored(answer, requested, conversation);
      storeResponse(context.responses, requested.id, stored);
    };
    await answerTurn(call, turn, toReply(requested, store));
  },
};

/** Returns a stored response. */
export const getResponse: BedrockOperation = {
  name: 'GetResponse',
  method: 'GET',
  signingServices,
  path: /^(?:\/openai)?\/v1\/responses\/(?<responseId>[^/]+)$/u,
  answersWithoutModel: true,
  run(call) {
    sendJson(call, requireResponse(call.context.responses, call.params['responseId'] ?? '').body);
  },
};

/** Deletes a stored response. Responses that continue it keep what it said. */
export const deleteResponse: BedrockOperation = {
  ...getResponse,
  name: 'DeleteResponse',
  method: 'DELETE',
  run(call) {
    const id = call.params['responseId'] ?? '';
    requireResponse(call.context.responses, id);
    call.context.responses.delete(id);
    sendJson(call, { id, object: 'response', deleted: true });
  },
};

/** Throws the error for what is not available: `bedrock-runtime` refuses these as well. */
function checkSupported({ background, conversation }: ResponsesRequest): void {
  if (background === true) {
    throw invalidParameter(
      'Background mode is not supported.',
      'background',
      'unsupported_parameter',
    );
  }
  if (conversation === undefined) return;
  throw invalidParameter(
    'Conversations are not supported.',
    'conversation',
    'unsupported_parameter',
  );
}

function toReply(requested: RequestedResponse, store: (answer: WholeAnswer) => void): Reply {
  if (requested.request.stream === true) {
    return { type: 'stream', writer: createSseWriter(createResponseStream(requested, store)) };
  }
  return {
    type: 'whole',
    render(answer) {
      store(answer);
      return { body: renderResponse(answer, requested) };
    },
  };
}

function toStored(
  answer: WholeAnswer,
  requested: RequestedResponse,
  conversation: ChatMessages,
): StoredResponse {
  const items = answer.blocks.map(
    (block, index) => [itemId(requested, block.type, index), toConversation(block)] as const,
  );
  return {
    body: renderResponse(answer, requested),
    conversation: [...conversation, ...items.flatMap(([, messages]) => messages)],
    items: new Map(items),
  };
}
