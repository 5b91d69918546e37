import type { AwsRequest, AwsResponse, Engine } from '#local/aws-exchange.ts';
import { BedrockError, invalid } from '#local/bedrock/bedrock-error.ts';
import { readConverse, type ModelTurn } from '#local/bedrock/converse-request.ts';
import { eventFrame } from '#local/bedrock/event-stream.ts';
import { paced, type Pace } from '#local/bedrock/pace.ts';
import { createPadding } from '#local/bedrock/padding.ts';
import { isDecodable } from '#local/read-body.ts';
import { simulate, type SimulatedAnswer } from '#local/bedrock/simulate.ts';
import { parseAuthorization } from '#local/sigv4.ts';

/** Bedrock's runtime: Converse and ConverseStream over the simulated model. */
export function createBedrockEngine(pace: Pace): Engine {
  return async (request, response) => {
    try {
      const { modelId, operation } = readOperation(request);
      assertCredentials(request);
      const turn = readConverse(modelId, request.body);
      if (operation === 'converse') await converse(turn, pace, response);
      else await converseStream(turn, pace, response);
    } catch (error) {
      if (!(error instanceof BedrockError)) throw error;
      const headers = { 'content-type': 'application/json', 'x-amzn-ErrorType': error.typeHeader };
      response.start(error.status, headers);
      response.end(JSON.stringify({ message: error.message }));
    }
  };
}

interface Operation {
  readonly modelId: string;
  readonly operation: 'converse' | 'converse-stream';
}

/** Most clients send the id with `%3A`, some with a bare colon; it is one segment either way. */
function readOperation({ method, url }: AwsRequest): Operation {
  const [, segment, operation] =
    /^\/model\/([^/?]+)\/(converse|converse-stream)(?:\?|$)/u.exec(url) ?? [];
  if (method !== 'POST' || segment === undefined) throw unknownOperation();
  if (operation !== 'converse' && operation !== 'converse-stream') throw unknownOperation();
  if (!isDecodable(segment)) throw invalid('The provided model identifier is invalid.');
  return { modelId: decodeURIComponent(segment), operation };
}

function unknownOperation(): BedrockError {
  return new BedrockError(404, 'UnknownOperationException', 'The operation is not known.');
}

/** Every request carries a signature or a bearer key, as on AWS; neither is checked here. */
function assertCredentials({ headers }: AwsRequest): void {
  const authorization = String(headers['authorization'] ?? '');
  if (authorization.startsWith('Bearer ') || parseAuthorization(authorization) !== undefined)
    return;
  const message = 'Missing Authentication Token';
  throw new BedrockError(403, 'MissingAuthenticationTokenException', message);
}

async function converse(turn: ModelTurn, pace: Pace, response: AwsResponse): Promise<void> {
  const startedAt = performance.now();
  const answer = simulate(turn);
  const pieces = await Array.fromAsync(paced(answer.deltas, pacing(turn, pace, response)));
  if (response.gone.aborted) return;
  response.start(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      metrics: { latencyMs: Math.round(performance.now() - startedAt) },
      output: { message: { content: contentOf(pieces.join('')), role: 'assistant' } },
      stopReason: answer.stopReason,
      usage: usageOf(answer),
    }),
  );
}

/** An answer that was stopped before its first word has no block at all. */
function contentOf(text: string): readonly { text: string }[] {
  return text === '' ? [] : [{ text }];
}

/** Text begins with its first delta: only tool use is announced by a contentBlockStart. */
async function converseStream(turn: ModelTurn, pace: Pace, response: AwsResponse): Promise<void> {
  const startedAt = performance.now();
  const answer = simulate(turn);
  const padding = createPadding(answer.deltas.join(''));
  const send = (type: string, members: object): Promise<void> =>
    response.write(eventFrame(type, sortedJson({ ...members, p: padding() })));
  response.start(200, { 'content-type': 'application/vnd.amazon.eventstream' });
  const pieces = paced(answer.deltas, pacing(turn, pace, response));
  let piece = await pieces.next();
  await send('messageStart', { role: 'assistant' });
  for (; piece.done !== true; piece = await pieces.next()) {
    await send('contentBlockDelta', { contentBlockIndex: 0, delta: { text: piece.value } });
  }
  if (response.gone.aborted) return;
  if (answer.deltas.length > 0) await send('contentBlockStop', { contentBlockIndex: 0 });
  await send('messageStop', { stopReason: answer.stopReason });
  const metrics = { latencyMs: Math.round(performance.now() - startedAt) };
  await send('metadata', { metrics, usage: usageOf(answer) });
  response.end();
}

function pacing(turn: ModelTurn, pace: Pace, { gone }: AwsResponse): Parameters<typeof paced>[1] {
  return { pace, signal: gone, tokensPerPiece: turn.model.tokensPerDelta };
}

/** As a real answer of August 2026 has it, members outside the service model included. */
function usageOf({ inputTokens, outputTokens }: SimulatedAnswer): Record<string, unknown> {
  return {
    cacheReadInputTokenCount: 0,
    cacheReadInputTokens: 0,
    cacheWriteInputTokenCount: 0,
    cacheWriteInputTokens: 0,
    inputTokens,
    outputTokens,
    serverToolUsage: {},
    totalTokens: inputTokens + outputTokens,
  };
}

/** JSON with the members in alphabetical order, as Bedrock writes its events. */
function sortedJson(members: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  );
}
