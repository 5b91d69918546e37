import { answerTurn } from '#local/bedrock/turn/answer-turn.ts';
import {
  createEventRenderer,
  withRequestedFields,
} from '#local/bedrock/api/converse/requested-fields.ts';
import { createConverseWriter, renderConverse } from '#local/bedrock/api/converse/render.ts';
import { readConverse } from '#local/bedrock/api/converse/read-converse.ts';
import { findModel } from '#local/bedrock/model/models.ts';
import type { BedrockOperation } from '#local/bedrock/api/operation.ts';
import { paddingFor } from '#local/bedrock/turn/padding.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';

/** Answers a conversation as a whole. */
export const converse: BedrockOperation = {
  name: 'Converse',
  method: 'POST',
  path: /^\/model\/(?<modelId>[^/]+)\/converse$/u,
  async run(call) {
    const turn = read(call);
    await answerTurn(call, turn, {
      type: 'whole',
      render: (answer) => withRequestedFields(renderConverse(answer), answer, turn),
    });
  },
};

/** Answers a conversation as a stream of events. */
export const converseStream: BedrockOperation = {
  name: 'ConverseStream',
  method: 'POST',
  path: /^\/model\/(?<modelId>[^/]+)\/converse-stream$/u,
  async run(call) {
    const turn = read(call);
    const padding = paddingFor(turn, call.context.padsEvents);
    const writer = createConverseWriter(padding, createEventRenderer(turn));
    await answerTurn(call, turn, { type: 'stream', writer });
  },
};

function read({ params, request, context }: BedrockCall): ModelTurn {
  const model = findModel(params['modelId'] ?? '', context.policy);
  return readConverse(model, request.body);
}
