import { invalid, invalidRequest } from '#local/bedrock/server/bedrock-error.ts';
import { toTurn } from '#local/bedrock/api/converse/read-converse.ts';
import { converseShape } from '#local/bedrock/api/converse/request-shape.ts';
import { formatOf } from '#local/bedrock/api/invoke/formats.ts';
import { countTurn } from '#local/bedrock/turn/count-turn.ts';
import { findModel } from '#local/bedrock/model/models.ts';
import { sendJson, type BedrockOperation } from '#local/bedrock/api/operation.ts';
import { parseBody, parseNative } from '#local/bedrock/server/parse-body.ts';
import { blob, readShape, structure, union } from '#local/wire/shape.ts';

const countShape = structure({
  input: union({ invokeModel: structure({ body: blob }), converse: converseShape }),
});

/** Counts the input tokens of a request, by the same approximation as usage. */
export const countTokens: BedrockOperation = {
  name: 'CountTokens',
  method: 'POST',
  path: /^\/model\/(?<modelId>[^/]+)\/count-tokens$/u,
  answersWithoutModel: true,
  async run(call) {
    const { params, request, context } = call;
    const model = findModel(params['modelId'] ?? '', context.policy);
    const { input } = readShape(countShape, parseBody(request.body), invalidRequest);
    if (input.type === 'converse') {
      return sendJson(call, { inputTokens: await countTurn(call, toTurn(model, input.value)) });
    }
    const format = formatOf(model.format);
    if (format === undefined) throw invalid("The provided model doesn't support counting tokens.");
    const turn = format.read(parseNative(input.value.body), model);
    sendJson(call, { inputTokens: await countTurn(call, turn) });
  },
};
