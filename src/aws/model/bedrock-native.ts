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
import type { Frame } from '#aws/bedrock/event-stream.ts';
import { formatOf, outputLimitIn, textIn, type NativeFormat } from '#aws/model/native-formats.ts';
import { valueAt } from '#domain/json.ts';
import type { StreamTimeouts } from '#aws/bedrock/watchdog.ts';
import { ChatError, answerCutShort } from '#domain/errors.ts';
import type { NativeModel, NativeRequest, TextEvent } from '#domain/model/native-model.ts';
import type { Usage } from '#domain/conversation/usage.ts';

/** The models of Amazon Bedrock in their own formats, through InvokeModel and its streaming form. */
export function createNativeModel(
  client: BedrockRuntimeClient,
  timeouts: StreamTimeouts = defaultTimeouts,
): NativeModel {
  return {
    async *stream(request, signal) {
      const format = knownFormat(request);
      const send: StreamCall['send'] = (tap, abortSignal) => {
        const command = new InvokeModelWithResponseStreamCommand(toInput(request));
        command.middlewareStack.add(tap, tapPlace);
        return client.send(command, { abortSignal });
      };
      let end: TextEvent | undefined;
      for await (const frames of streamFrames({ send, signal, timeouts })) {
        for (const frame of frames) {
          const piece = pieceIn(frame);
          const text = textIn(format, piece);
          if (text !== '') yield { type: 'text', text };
          end = endIn(piece) ?? end;
        }
      }
      // Every family's last piece carries Bedrock's own figures: without them it is not the last.
      if (end === undefined) throw answerCutShort();
      yield end;
    },
    async invoke(request, abortSignal) {
      try {
        const command = new InvokeModelCommand(toInput(request));
        const figures: Figures = {};
        command.middlewareStack.add(readFigures(figures), tapPlace);
        const { body } = await client.send(command, { abortSignal });
        const usage = toUsage(figures.inputTokens, figures.outputTokens);
        return { body: body.transformToString(), ...(usage === undefined ? {} : { usage }) };
      } catch (error) {
        throw toModelError(abortSignal.aborted ? abortSignal.reason : error);
      }
    },
    outputLimit: outputLimitIn,
    bodyFor: (modelId, prompt, maxTokens) => formatOf(modelId)?.body(prompt, maxTokens),
  };
}

interface Figures {
  inputTokens?: number;
  outputTokens?: number;
}

/** The tokens of a whole answer are in headers of it, which the SDK does not pass on. */
function readFigures(figures: Figures): Tap {
  return (next) => async (args) => {
    const result = await next(args);
    const count = (name: string): number => Number(valueAt(result.response, ['headers', name]));
    figures.inputTokens = count('x-amzn-bedrock-input-token-count');
    figures.outputTokens = count('x-amzn-bedrock-output-token-count');
    return result;
  };
}

function toInput({ modelId, body, contentType, accept }: NativeRequest) {
  return { modelId, contentType, accept, body: JSON.stringify(body) };
}

function knownFormat({ modelId }: NativeRequest): NativeFormat {
  const format = formatOf(modelId);
  if (format !== undefined) return format;
  const problem = 'is of a model whose answers are not known to hold text';
  throw new ChatError('invalid_request', `bedrockParams.modelId: ${problem}`);
}

/** The JSON that a frame carries, as Base64. */
function pieceIn(frame: Frame): unknown {
  const failure = toFailure(frame);
  if (failure !== undefined) throw toModelError(failure);
  const bytes = valueAt(JSON.parse(frame.payload), ['bytes']);
  return typeof bytes === 'string' ? JSON.parse(Buffer.from(bytes, 'base64').toString('utf8')) : {};
}

function endIn(piece: unknown): TextEvent | undefined {
  const metrics = valueAt(piece, ['amazon-bedrock-invocationMetrics']);
  if (metrics === undefined) return undefined;
  const usage = toUsage(
    valueAt(metrics, ['inputTokenCount']),
    valueAt(metrics, ['outputTokenCount']),
  );
  return usage === undefined ? { type: 'end' } : { type: 'end', usage };
}

function toUsage(inputTokens: unknown, outputTokens: unknown): Usage | undefined {
  if (!isCount(inputTokens) || !isCount(outputTokens)) return undefined;
  const totalTokens = inputTokens + outputTokens;
  const cached = { cacheReadInputTokens: 0, cacheWriteInputTokens: 0 };
  return { inputTokens, outputTokens, totalTokens, ...cached };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}
