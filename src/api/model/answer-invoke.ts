import type { Answer } from '#domain/conversation/accumulate.ts';
import { userMessage } from '#domain/conversation/message.ts';
import { ownerOf } from '#domain/identity.ts';
import { invalidRequest } from '#domain/errors.ts';
import type { NativeModel, NativeRequest } from '#domain/model/native-model.ts';
import { attributeRefusals, notTheCallers } from '#domain/chat/refusals.ts';
import { textModel, wholeText } from '#domain/chat/text-model.ts';
import { mustBeOneOf } from '#domain/chat/plan-extensions.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#api/http/http.ts';
import { createRouter } from '#api/http/router.ts';
import { answerText, startOneShot, type OneShotPorts } from '#api/turn/run-one-shot.ts';
import { toTurnResponse } from '#api/turn/turn-response.ts';
import {
  explainRefusal,
  parseInvokeMode,
  parseInvokeRequest,
  type InvokeRequest,
} from '#protocol/model/invoke-request.ts';

export interface InvokePorts extends OneShotPorts {
  readonly native: NativeModel;
}

export interface InvokePolicy {
  /** The models that may be invoked; the first is the default for plain prompts. */
  readonly models: readonly [string, ...string[]];
  /** The maximum answer to a plain prompt, in tokens. */
  readonly maxOutputTokens: number;
}

interface InvokeContext {
  readonly ports: InvokePorts;
  readonly policy: InvokePolicy;
  readonly request: HttpRequest;
  readonly invocation: Invocation;
}

const route = createRouter<'POST /' | 'POST /invoke', InvokeContext, HttpResponse>({
  'POST /': invoke,
  'POST /invoke': invoke,
});

/**
 * Answers a request to the invoke Function URL with a model's response: whole, its text collected,
 * or its text streamed.
 */
export function answerInvoke(
  ports: InvokePorts,
  policy: InvokePolicy,
  request: HttpRequest,
  invocation: Invocation,
): Promise<HttpResponse> {
  return route(request, { ports, policy, request, invocation });
}

async function invoke({ ports, policy, ...context }: InvokeContext): Promise<HttpResponse> {
  const { request, invocation } = context;
  const mode = parseInvokeMode(request.query['mode']);
  const parsed = parseInvokeRequest(request.body);
  const native = toNativeRequest(ports, policy, parsed);
  const isBuffered = mode === 'buffered';
  const turn = startOneShot(
    ports,
    {
      owner: ownerOf(request.caller, false),
      api: 'invoke',
      route: 'invoke',
      isWhole: isBuffered,
      idempotencyKey: request.headers['idempotency-key'],
      // Streamed and collected are one text. The model's own JSON is another answer.
      identity: [native, isBuffered],
      modelId: native.modelId,
      messages: [userMessage(JSON.stringify(native.body))],
      maxTokens: ports.native.outputLimit(native.body) ?? outputWithoutLimit,
    },
    invocation,
    textModel((signal) => {
      const events = isBuffered
        ? wholeText(() => ports.native.invoke(native, signal))
        : ports.native.stream(native, signal);
      return attributeRefusals(events, parsed.type === 'native' ? explainRefusal : notTheCallers);
    }),
  );
  switch (mode) {
    case 'buffered':
      return toTurnResponse(turn.events, { ...turn, format: 'json', toJson: answerText });
    case 'collected':
      return toTurnResponse(turn.events, { ...turn, format: 'json', toJson: collected });
    case 'streamed':
      return toTurnResponse(turn.events, { ...turn, format: 'text' });
  }
}

function collected(answer: Answer): string {
  return JSON.stringify({ content: answerText(answer) });
}

/** The output of a model that has no limit, in tokens. */
const outputWithoutLimit = 8_192;

function toNativeRequest(
  { native }: InvokePorts,
  { models, maxOutputTokens }: InvokePolicy,
  request: InvokeRequest,
): NativeRequest {
  const { modelId = models[0] } = request;
  const isPrompt = request.type === 'prompt';
  const field = isPrompt ? 'model' : 'bedrockParams.modelId';
  if (!models.includes(modelId)) throw mustBeOneOf(field, models);
  if (!isPrompt) return request;
  const maxTokens = Math.min(promptAnswerTokens, maxOutputTokens);
  const body = native.bodyFor(modelId, request.prompt, maxTokens);
  if (body === undefined) {
    throw invalidRequest(field, 'does not accept a plain prompt; use modelParams');
  }
  return { modelId, body, contentType: 'application/json', accept: 'application/json' };
}

/** The maximum answer to a plain prompt, in tokens. Every model supports it. */
const promptAnswerTokens = 2_048;
