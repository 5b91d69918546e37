import { toConverseEvents } from '#local/bedrock/api/converse/events.ts';
import { renderConverse } from '#local/bedrock/api/converse/render.ts';
import { toTurn } from '#local/bedrock/api/converse/read-converse.ts';
import { totalTokens, type AnswerEvent, type Usage } from '#local/bedrock/turn/answer.ts';
import { invalidBody, type Format } from '#local/bedrock/api/invoke/format.ts';
import { novaShape } from '#local/bedrock/api/invoke/nova-shape.ts';
import { readShape } from '#local/wire/shape.ts';

/** Amazon Nova, whose native format is close to Converse's. */
export const nova: Format = {
  read(body, model) {
    const {
      inferenceConfig = {},
      reasoningConfig,
      ...request
    } = readShape(novaShape, body, invalidBody);
    const { max_new_tokens: newTokens, maxTokens = newTokens, ...inference } = inferenceConfig;
    const fields = reasoningConfig === undefined ? {} : { reasoningConfig };
    return toTurn(
      model,
      {
        ...request,
        inferenceConfig: { ...inference, maxTokens },
        additionalModelRequestFields: fields,
      },
      'native',
    );
  },
  whole(answer) {
    const { body } = renderConverse(answer);
    const { output, stopReason } = { output: undefined, stopReason: undefined, ...body };
    return { output, stopReason, usage: usageOf(answer.usage) };
  },
  stream: () => toChunks,
};

function toChunks(event: AnswerEvent): readonly object[] {
  if (event.type === 'end') {
    return [{ metadata: { metrics: {}, trace: {}, usage: usageOf(event.usage) } }];
  }
  if (event.type === 'signature' || event.type === 'citation') return [];
  return toConverseEvents(event).map(({ name, members }) => ({ [name]: members }));
}

function usageOf(usage: Usage): object {
  return {
    cacheReadInputTokenCount: usage.cacheReadTokens,
    cacheWriteInputTokenCount: usage.cacheWriteTokens,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    totalTokens: totalTokens(usage),
  };
}
