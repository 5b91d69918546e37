import { answerTurn } from '#local/bedrock/answer-turn.ts';
import { createConverseWriter, renderConverse } from '#local/bedrock/converse/render.ts';
import { readConverse } from '#local/bedrock/converse/read-converse.ts';
import { findModel } from '#local/bedrock/models.ts';
import type { Operation } from '#local/bedrock/operations/operation.ts';
import { paddingFor } from '#local/bedrock/padding.ts';
import type { Call } from '#local/bedrock/services.ts';
import type { ModelTurn } from '#local/bedrock/turn.ts';

export const converse: Operation = {
  name: 'Converse',
  method: 'POST',
  path: /^\/model\/(?<modelId>[^/]+)\/converse$/u,
  async run(call) {
    const reply = { type: 'whole', render: renderConverse } as const;
    await answerTurn(call, { turn: read(call, false), reply });
  },
};

export const converseStream: Operation = {
  name: 'ConverseStream',
  method: 'POST',
  path: /^\/model\/(?<modelId>[^/]+)\/converse-stream$/u,
  async run(call) {
    const turn = read(call, true);
    const writer = createConverseWriter(paddingFor(turn, call.services.pads));
    await answerTurn(call, { turn, reply: { type: 'stream', writer } });
  },
};

function read({ params, request, services }: Call, isStream: boolean): ModelTurn {
  const model = findModel(params['modelId'] ?? '', services.policy);
  return readConverse(model, request.body, isStream);
}
