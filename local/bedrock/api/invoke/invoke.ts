import { noUsage, type AnswerEvent, type StopReason } from '#local/bedrock/turn/answer.ts';
import { answerTurn } from '#local/bedrock/turn/answer-turn.ts';
import { invalid, invalidRequest } from '#local/bedrock/server/bedrock-error.ts';
import { exceptionBytes } from '#local/bedrock/api/exception-bytes.ts';
import { errorFrame, eventFrame } from '#local/wire/event-stream.ts';
import { embed } from '#local/bedrock/api/invoke/embeddings.ts';
import type { Format } from '#local/bedrock/api/invoke/format.ts';
import { readGuardrailHeaders } from '#local/bedrock/guardrails/guardrail-headers.ts';
import { formatOf } from '#local/bedrock/api/invoke/formats.ts';
import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import { findModel } from '#local/bedrock/model/models.ts';
import type { BedrockOperation } from '#local/bedrock/api/operation.ts';
import { parseNative } from '#local/bedrock/server/parse-body.ts';
import { paddingFor } from '#local/bedrock/turn/padding.ts';
import type { StreamWriter, WholeReply } from '#local/bedrock/turn/reply.ts';
import { failWithoutTurn } from '#local/bedrock/scenarios/select-scenario.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import type { ModelTurn, Serving } from '#local/bedrock/turn/turn.ts';
import type { WholeAnswer } from '#local/bedrock/turn/whole-answer.ts';
import { isRecord, map, oneOf, readShape, string, structure } from '#local/wire/shape.ts';

/** Answers a request in the native format of a model, as a whole. */
export const invokeModel: BedrockOperation = {
  name: 'InvokeModel',
  method: 'POST',
  path: /^\/model\/(?<modelId>[^/]+)\/invoke$/u,
  async run(call) {
    const { model, body } = readRequest(call);
    if (model.output === 'EMBEDDING') return sendEmbedding(call, model, body);
    const { turn, format } = readTurn(call, model, body);
    const render = (answer: WholeAnswer): WholeReply => renderWhole(answer, turn, format);
    await answerTurn(call, turn, { type: 'whole', render });
  },
};

/** Answers a request in the native format of a model, as a stream of chunks. */
export const invokeModelWithResponseStream: BedrockOperation = {
  name: 'InvokeModelWithResponseStream',
  method: 'POST',
  path: /^\/model\/(?<modelId>[^/]+)\/invoke-with-response-stream$/u,
  async run(call) {
    const { model, body } = readRequest(call);
    const { turn, format } = readTurn(call, model, body);
    const writer = createInvokeWriter(
      turn,
      format.stream(turn),
      paddingFor(turn, call.context.padsEvents),
    );
    await answerTurn(call, turn, { type: 'stream', writer });
  },
};

function readRequest(call: BedrockCall): { readonly model: ModelFacts; readonly body: unknown } {
  const { params, request, context } = call;
  const model = findModel(params['modelId'] ?? '', context.policy);
  return { model, body: parseNative(request.body) };
}

function readTurn(
  call: BedrockCall,
  model: ModelFacts,
  body: unknown,
): { readonly turn: ModelTurn; readonly format: Format } {
  const format = formatOf(model.format);
  if (format === undefined) {
    throw invalid('The model is unsupported for streaming.');
  }
  const turn = format.read(withoutBedrockMembers(body), model);
  const { headers } = call.request;
  const metadata = readMetadata(headers['x-amzn-bedrock-request-metadata']);
  return {
    turn: {
      ...turn,
      metadata,
      guardrail: readGuardrailHeaders(call.request, body),
      serving: readServing(call),
    },
    format,
  };
}

/** Removes the members that are for Bedrock and not for the model. */
function withoutBedrockMembers(body: unknown): unknown {
  if (!isRecord(body)) return body;
  const modelMembers = Object.entries(body).filter(([name]) => !name.startsWith('amazon-bedrock-'));
  return Object.fromEntries(modelMembers);
}

const servingShape = structure(
  {},
  {
    serviceTier: oneOf('priority', 'default', 'flex', 'reserved'),
    performanceConfigLatency: oneOf('standard', 'optimized'),
  },
);

const tierHeader = 'x-amzn-bedrock-service-tier';
const latencyHeader = 'x-amzn-bedrock-performanceconfig-latency';

function readServing({ request }: BedrockCall): Serving {
  const { headers } = request;
  const { serviceTier, performanceConfigLatency: latency } = readShape(
    servingShape,
    { serviceTier: headers[tierHeader], performanceConfigLatency: headers[latencyHeader] },
    invalidRequest,
  );
  return { serviceTier, latency };
}

/** The answer names the tier and the latency that the request asked for. */
function servingHeaders({ serving }: ModelTurn): Readonly<Record<string, string>> {
  const { serviceTier, latency } = serving ?? {};
  return {
    ...(serviceTier === undefined ? {} : { [tierHeader]: serviceTier }),
    ...(latency === undefined ? {} : { [latencyHeader]: latency }),
  };
}

function readMetadata(header: unknown): Readonly<Record<string, string>> {
  if (typeof header !== 'string') return {};
  return readShape(map(string({ max: 256 })), parseNative(Buffer.from(header)), invalidRequest);
}

function renderWhole(answer: WholeAnswer, turn: ModelTurn, format: Format): WholeReply {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = answer.usage;
  return {
    headers: {
      ...servingHeaders(turn),
      'x-amzn-bedrock-input-token-count': String(inputTokens),
      'x-amzn-bedrock-output-token-count': String(outputTokens),
      'x-amzn-bedrock-invocation-latency': String(answer.latencyMs),
      ...(cacheReadTokens + cacheWriteTokens === 0
        ? {}
        : {
            'x-amzn-bedrock-cache-read-input-token-count': String(cacheReadTokens),
            'x-amzn-bedrock-cache-write-input-token-count': String(cacheWriteTokens),
          }),
    },
    body: { ...format.whole(answer, turn), ...guardrailMembers(turn, answer) },
  };
}

function guardrailMembers(
  { guardrail }: ModelTurn,
  { stopReason, guardrailTrace }: Pick<WholeAnswer, 'stopReason' | 'guardrailTrace'>,
): object {
  if (guardrail === undefined) return {};
  const action = stopReason === 'guardrail_intervened' ? 'INTERVENED' : 'NONE';
  const trace =
    guardrailTrace === undefined ? {} : { 'amazon-bedrock-trace': { guardrail: guardrailTrace } };
  return { 'amazon-bedrock-guardrailAction': action, ...trace };
}

/**
 * Creates the writer of chunks that contain the model's own JSON. The last chunk has the metrics.
 */
function createInvokeWriter(
  turn: ModelTurn,
  toChunks: (event: AnswerEvent) => readonly object[],
  padding: () => string | undefined,
): StreamWriter {
  let stopReason: StopReason = 'end_turn';
  const frame = (chunk: object): Buffer => {
    const bytes = Buffer.from(JSON.stringify(chunk)).toString('base64');
    return eventFrame('chunk', JSON.stringify({ bytes, p: padding() }));
  };
  return {
    headers: {
      'content-type': 'application/vnd.amazon.eventstream',
      'x-amzn-bedrock-content-type': 'application/json',
      ...servingHeaders(turn),
    },
    write(event) {
      const chunks = toChunks(event);
      if (event.type === 'stop') ({ stopReason } = event);
      if (event.type !== 'end') return chunks.map(frame);
      const { usage, latencyMs: invocationLatency, firstByteMs: firstByteLatency } = event;
      const { inputTokens: inputTokenCount, outputTokens: outputTokenCount } = usage;
      const metrics = { inputTokenCount, outputTokenCount, invocationLatency, firstByteLatency };
      return chunks.map((chunk, index) => {
        if (index < chunks.length - 1) return frame(chunk);
        const { guardrailTrace } = event;
        const guardrail = guardrailMembers(turn, { stopReason, guardrailTrace });
        return frame({ ...chunk, ...guardrail, 'amazon-bedrock-invocationMetrics': metrics });
      });
    },
    exception: exceptionBytes,
    error: errorFrame,
    unknownEvent: () => eventFrame('somethingNew', JSON.stringify({ p: padding(), value: 1 })),
  };
}

function sendEmbedding(call: BedrockCall, model: ModelFacts, requestBody: unknown): void {
  failWithoutTurn(call);
  const { note, response, context } = call;
  const { body, inputTokens } = embed(model, requestBody);
  const scope = { key: model.id, model, quota: context.quota };
  context.quotas.reserve(scope, inputTokens).settle({ ...noUsage, inputTokens });
  response.start(200, {
    'content-type': 'application/json',
    'x-amzn-bedrock-input-token-count': String(inputTokens),
  });
  response.end(JSON.stringify(body));
  note.outcome = 'completed';
}
