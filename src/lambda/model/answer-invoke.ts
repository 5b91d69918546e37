import { ownerOf } from '#domain/identity.ts';
import { invalidRequest } from '#domain/errors.ts';
import { estimateTokens } from '#domain/model/estimate-tokens.ts';
import type { NativeModel, NativeRequest, TextEvent } from '#domain/model/native-model.ts';
import {
  meteredCall,
  meteredStream,
  type SpendingPorts,
  type MeteredCall,
} from '#domain/spending/metered-call.ts';
import { toEstimatedUsage } from '#domain/conversation/usage.ts';
import { mustBeOneOf } from '#domain/chat/plan-extensions.ts';
import { awaitFirstText, textHeaders, textOf } from '#lambda/model/answer-text.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#lambda/runtime/http.ts';
import { newId } from '#lambda/runtime/ids.ts';
import { createRouter } from '#lambda/runtime/router.ts';
import {
  parseInvokeMode,
  parseInvokeRequest,
  type InvokeRequest,
} from '#protocol/model/invoke-request.ts';

export interface InvokePorts extends SpendingPorts {
  readonly model: NativeModel;
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
  const native = toNativeRequest(ports, policy, parseInvokeRequest(request.body));
  const { requestId, signal } = invocation;
  const call = toMeteredCall(ports, ownerOf(request.caller, false), native);
  const stream = (): AsyncIterable<TextEvent> =>
    meteredStream(ports, call, () => ports.model.stream(native, signal));
  const headers = { 'x-request-id': requestId, 'cache-control': 'no-store' };
  const json = { ...headers, 'content-type': 'application/json' };
  switch (mode) {
    case 'buffered': {
      const { body } = await meteredCall(ports, call, () => ports.model.invoke(native, signal));
      return { status: 200, headers: json, body };
    }
    case 'collected': {
      const content = (await Array.fromAsync(textOf(stream()))).join('');
      return { status: 200, headers: json, body: JSON.stringify({ content }) };
    }
    case 'streamed':
      return {
        status: 200,
        headers: { ...headers, ...textHeaders },
        body: await awaitFirstText(textOf(stream())),
      };
  }
}

/** The output of a model that has no limit, in tokens. */
const outputWithoutLimit = 8_192;

function toMeteredCall(
  { model, clock }: InvokePorts,
  owner: string,
  { modelId, body }: NativeRequest,
): MeteredCall {
  const output = model.outputLimit(body) ?? outputWithoutLimit;
  const max = toEstimatedUsage(estimateTokens(JSON.stringify(body)), output);
  return { owner, id: newId(clock.now()), modelId, max };
}

function toNativeRequest(
  { model }: InvokePorts,
  { models, maxOutputTokens }: InvokePolicy,
  request: InvokeRequest,
): NativeRequest {
  const { modelId = models[0] } = request;
  const isPrompt = request.type === 'prompt';
  const field = isPrompt ? 'model' : 'bedrockParams.modelId';
  if (!models.includes(modelId)) throw mustBeOneOf(field, models);
  if (!isPrompt) return request;
  const maxTokens = Math.min(promptAnswerTokens, maxOutputTokens);
  const body = model.bodyFor(modelId, request.prompt, maxTokens);
  if (body === undefined) {
    throw invalidRequest(field, 'does not accept a plain prompt; use modelParams');
  }
  return { modelId, body, contentType: 'application/json', accept: 'application/json' };
}

/** The maximum answer to a plain prompt, in tokens. Every model supports it. */
const promptAnswerTokens = 2_048;
