import { ChatError } from '#domain/errors.ts';
import {
  invokeWhole,
  streamInvoked,
  type InvokePorts,
  type Invoking,
} from '#domain/invoke-model.ts';
import type { NativeEvent, NativeRequest } from '#domain/native-model.ts';
import { ownerOf } from '#lambda/http-event.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#lambda/http.ts';
import { newId } from '#lambda/new-id.ts';
import {
  parseInvokeMode,
  parseInvokeRequest,
  type InvokeRequest,
} from '#protocol/invoke-request.ts';

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
  const invoking: Invoking = {
    owner: ownerOf(request.caller, false),
    id: newId(ports.clock.now()),
    request: toNativeRequest(ports, policy, parseInvokeRequest(request.body)),
    signal: invocation.signal,
  };
  const headers = { 'x-request-id': invocation.requestId, 'cache-control': 'no-store' };
  switch (mode) {
    case 'buffered': {
      const body = await invokeWhole(ports, invoking);
      return { status: 200, headers: { ...headers, 'content-type': 'application/json' }, body };
    }
    case 'collected': {
      const content = (await Array.fromAsync(textOf(streamInvoked(ports, invoking)))).join('');
      const body = JSON.stringify({ content });
      return { status: 200, headers: { ...headers, 'content-type': 'application/json' }, body };
    }
    case 'streamed':
      return {
        status: 200,
        headers: { ...headers, ...textHeaders },
        body: await begun(textOf(streamInvoked(ports, invoking))),
      };
  }
}

const textHeaders = {
  'content-type': 'text/plain; charset=utf-8',
  'x-accel-buffering': 'no',
} as const;

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

async function* textOf(
  events: AsyncIterable<NativeEvent>,
): AsyncGenerator<string, void, undefined> {
  for await (const event of events) if (event.type === 'text') yield event.text;
}

/** A body whose first piece is there, for a failure before it is still a status. */
async function begun(pieces: AsyncGenerator<string>): Promise<AsyncIterable<string>> {
  const first = await pieces.next();
  return (async function* rest() {
    if (first.done !== true) yield first.value;
    yield* pieces;
  })();
}
