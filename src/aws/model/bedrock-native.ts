import {
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
  type BedrockRuntimeClient,
} from '@aws-sdk/client-bedrock-runtime';
import { toModelError } from '#aws/bedrock/bedrock-errors.ts';
import {
  streamFrames,
  tapPlace,
  toFailure,
  defaultTimeouts,
  type StreamCall,
  type Tap,
} from '#aws/bedrock/bedrock-stream.ts';
import type { CallSettings } from '#aws/model/guardrail.ts';
import type { Frame } from '#aws/bedrock/event-stream.ts';
import { formatOf, outputLimitIn, textIn, type NativeFormat } from '#aws/model/native-formats.ts';
import {
  addCachedTokens,
  noCachedTokens,
  toNativeUsage,
  type CachedTokens,
} from '#aws/model/native-usage.ts';
import { tryParseJson, valueAt } from '#domain/json.ts';
import type { StreamTimeouts } from '#aws/bedrock/watchdog.ts';
import { ChatError, answerCutShort } from '#domain/errors.ts';
import type { NativeModel, NativeRequest, TextEvent } from '#domain/model/native-model.ts';

/**
 * Returns the models of Amazon Bedrock in their native formats, called through InvokeModel and
 * InvokeModelWithResponseStream.
 */
export function createNativeModel(
  client: BedrockRuntimeClient,
  settings: CallSettings = {},
  timeouts: StreamTimeouts = defaultTimeouts,
): NativeModel {
  return {
    async *stream(request, signal) {
      const format = requireFormat(request);
      const send: StreamCall['send'] = (tap, abortSignal) => {
        const command = new InvokeModelWithResponseStreamCommand(toInput(request, settings));
        command.middlewareStack.add(tap, tapPlace);
        return client.send(command, { abortSignal });
      };
      let end: TextEvent | undefined;
      let cached = noCachedTokens;
      for await (const frames of streamFrames({ send, signal, timeouts })) {
        for (const frame of frames) {
          const piece = parsePiece(frame);
          const text = textIn(format, piece);
          if (text !== '') yield { type: 'text', text };
          cached = addCachedTokens(cached, piece);
          end = endIn(piece, cached) ?? end;
        }
      }
      // The last piece has Bedrock's own metrics in every model family. Without it, the answer is cut.
      if (end === undefined) throw answerCutShort();
      yield end;
    },
    async invoke(request, abortSignal) {
      try {
        const command = new InvokeModelCommand(toInput(request, settings));
        const counts: TokenCounts = { cached: noCachedTokens };
        command.middlewareStack.add(readTokenCounts(counts), tapPlace);
        const answer = await client.send(command, { abortSignal });
        const body = answer.body.transformToString();
        const cached = addCachedTokens(counts.cached, tryParseJson(body));
        const usage = toNativeUsage(counts.inputTokens, counts.outputTokens, cached);
        return { body, ...(usage === undefined ? {} : { usage }) };
      } catch (error) {
        throw toModelError(abortSignal.aborted ? abortSignal.reason : error);
      }
    },
    outputLimit: outputLimitIn,
    bodyFor: (modelId, prompt, maxTokens) => formatOf(modelId)?.body(prompt, maxTokens),
  };
}

interface TokenCounts {
  inputTokens?: number;
  outputTokens?: number;
  cached: CachedTokens;
}

/** Reads the token counts of a buffered answer from its headers, which the SDK does not expose. */
function readTokenCounts(counts: TokenCounts): Tap {
  return (next) => async (args) => {
    const result = await next(args);
    const header = (name: string): number => Number(valueAt(result.response, ['headers', name]));
    counts.inputTokens = header('x-amzn-bedrock-input-token-count');
    counts.outputTokens = header('x-amzn-bedrock-output-token-count');
    counts.cached = {
      // Absent if the prompt has no cache points.
      cacheReadInputTokens: header('x-amzn-bedrock-cache-read-input-token-count') || 0,
      cacheWriteInputTokens: header('x-amzn-bedrock-cache-write-input-token-count') || 0,
    };
    return result;
  };
}

function toInput(
  { modelId, body, contentType, accept }: NativeRequest,
  { guardrail, serviceTier }: CallSettings,
) {
  const { id: guardrailIdentifier, version: guardrailVersion } = guardrail ?? {};
  const settings = { guardrailIdentifier, guardrailVersion, serviceTier };
  return { modelId, contentType, accept, body: JSON.stringify(body), ...settings };
}

function requireFormat({ modelId }: NativeRequest): NativeFormat {
  const format = formatOf(modelId);
  if (format !== undefined) return format;
  const problem = 'must be a model with a supported response format';
  throw new ChatError('invalid_request', `bedrockParams.modelId: ${problem}`);
}

/** Returns the JSON in a frame, which is Base64-encoded. Throws a `ChatError` for an error frame. */
function parsePiece(frame: Frame): unknown {
  const failure = toFailure(frame);
  if (failure !== undefined) throw toModelError(failure);
  const bytes = valueAt(JSON.parse(frame.payload), ['bytes']);
  return typeof bytes === 'string' ? JSON.parse(Buffer.from(bytes, 'base64').toString('utf8')) : {};
}

/** Returns the end event if a piece has Bedrock's metrics. */
function endIn(piece: unknown, cached: CachedTokens): TextEvent | undefined {
  const metrics = valueAt(piece, ['amazon-bedrock-invocationMetrics']);
  if (metrics === undefined) return undefined;
  const usage = toNativeUsage(
    valueAt(metrics, ['inputTokenCount']),
    valueAt(metrics, ['outputTokenCount']),
    cached,
  );
  return usage === undefined ? { type: 'end' } : { type: 'end', usage };
}
