import { ChatError } from '#domain/errors.ts';
import { estimateTokens } from '#domain/model/estimate-tokens.ts';
import type { NativeModel, NativeRequest, TextEvent } from '#domain/model/native-model.ts';
import {
  meteredCall,
  meteredStream,
  type SpendingPorts,
  type MeteredCall,
} from '#domain/spending/metered-call.ts';
import { estimated } from '#domain/conversation/usage.ts';
import { begunText, textHeaders, textOf } from '#lambda/model/answer-text.ts';
import { ownerOf } from '#lambda/runtime/http-event.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#lambda/runtime/http.ts';
import { newId } from '#lambda/runtime/new-id.ts';
import {
  parseInvokeMode,
  parseInvokeRequest,
  type InvokeRequest,
} from '#protocol/model/invoke-request.ts';

export interface InvokePorts extends SpendingPorts {
  readonly model: NativeModel;
}

export interface InvokePolicy {
  /** The models that may be invoked; the first answers plain prompts that name none. */
  readonly models: readonly [string, ...string[]];
  /** How long an answer to a plain prompt may be. */
  readonly maxOutputTokens: number;
}

/** Answers `POST /`: a model in its own words, its answer whole, collected or streamed as text. */
export async function answerInvoke(
  ports: InvokePorts,
  policy: InvokePolicy,
  { request, invocation }: { readonly request: HttpRequest; readonly invocation: Invocation },
): Promise<HttpResponse> {
  if (request.method !== 'POST' || !(request.path === '/' || request.path === '/invoke')) {
    throw new ChatError('not_found', 'Nothing is here. A model is invoked by a POST to /.');
  }
  const mode = parseInvokeMode(request.query['mode']);
  const asked = toNativeRequest(ports, policy, parseInvokeRequest(request.body));
  const { requestId, signal } = invocation;
  const use = useOf(ports, ownerOf(request.caller, false), asked);
  const stream = (): AsyncIterable<TextEvent> =>
    meteredStream(ports, use, () => ports.model.stream(asked, signal));
  const headers = { 'x-request-id': requestId, 'cache-control': 'no-store' };
  const json = { ...headers, 'content-type': 'application/json' };
  switch (mode) {
    case 'buffered': {
      const { body } = await meteredCall(ports, use, () => ports.model.invoke(asked, signal));
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
        body: await begunText(textOf(stream())),
      };
  }
}

/** What a model says of its own accord when nobody limits it. */
const outputWithoutLimit = 8_192;

function useOf({ model, clock }: InvokePorts, owner: string, asked: NativeRequest): MeteredCall {
  const { modelId, body } = asked;
  const output = model.outputLimit(body) ?? outputWithoutLimit;
  const max = estimated(estimateTokens(JSON.stringify(body)), output);
  return { owner, id: newId(clock.now()), modelId, max };
}

function toNativeRequest(
  { model }: InvokePorts,
  { models, maxOutputTokens }: InvokePolicy,
  asked: InvokeRequest,
): NativeRequest {
  const { modelId = models[0] } = asked;
  const isPrompt = asked.type === 'prompt';
  const field = isPrompt ? 'model' : 'bedrockParams.modelId';
  if (!models.includes(modelId)) {
    throw new ChatError('invalid_request', `${field}: must be one of ${models.join(', ')}`);
  }
  if (!isPrompt) return asked;
  const maxTokens = Math.min(promptAnswerTokens, maxOutputTokens);
  const body = model.bodyFor(modelId, asked.prompt, maxTokens);
  if (body === undefined) {
    throw new ChatError('invalid_request', `${field}: takes no plain prompt; use modelParams`);
  }
  return { modelId, body, contentType: 'application/json', accept: 'application/json' };
}

/** What a plain prompt is answered with at most; every model may say so much. */
const promptAnswerTokens = 2_048;
