import type { InputUsage, SourceEvent } from '#local/bedrock/turn/answer.ts';
import type { Source } from '#local/bedrock/server/call-context.ts';
import { toChatBody } from '#local/bedrock/upstream/chat-body.ts';
import { createChunkReader, type UpstreamChunk } from '#local/bedrock/upstream/read-chunks.ts';
import type { ModelMap } from '#local/bedrock/upstream/model-map.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';
import { isRecord } from '#local/wire/shape.ts';
import { parseExactJson } from '#local/wire/json/exact-json.ts';

/** The server that answers instead of the simulated model. */
export interface UpstreamOptions {
  /** The base URL of an OpenAI-compatible API, such as `http://localhost:11434/v1`. */
  readonly url: string;
  readonly apiKey?: string | undefined;
  readonly modelMap?: ModelMap | undefined;
}

/**
 * Creates a source that calls a real model on a server with OpenAI's chat completions API. An error
 * of the server becomes an error of Bedrock; the simulated model never replaces it.
 */
export function createUpstream(options: UpstreamOptions): Source {
  const base = options.url.replace(/\/+$/u, '');
  const headers = {
    'content-type': 'application/json',
    ...(options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` }),
  };
  let defaultModel: Promise<string> | undefined;
  /** Without a mapping, the server's first model answers. */
  const modelFor = (...ids: readonly string[]): Promise<string> | string => {
    const mapped = ids.map((id) => options.modelMap?.(id)).find((name) => name !== undefined);
    if (mapped !== undefined) return mapped;
    defaultModel ??= firstModel(base, headers);
    defaultModel.catch(() => (defaultModel = undefined));
    return defaultModel;
  };
  return {
    isLive: true,
    async *answer(turn, { modelId, input, signal }) {
      let response: Response;
      try {
        const body = toChatBody(turn, await modelFor(modelId, turn.model.id));
        const request = { method: 'POST', headers, body: JSON.stringify(body), signal };
        response = await fetch(`${base}/chat/completions`, request);
      } catch (error) {
        if (signal.aborted) return;
        yield failure(
          'modelErrorException',
          `The upstream server could not be reached: ${reasonOf(error)}`,
        );
        return;
      }
      if (response.ok && response.body !== null) {
        yield* readAnswer(linesOf(response), turn, input, signal);
        return;
      }
      const message = `The upstream server returned ${response.status}: ${(await response.text()).slice(0, 500)}`;
      yield failure(exceptionFor(response.status), message, response.status);
    },
  };
}

async function firstModel(
  base: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const response = await fetch(`${base}/models`, { headers, signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${base}/models returned ${response.status}`);
  const list: unknown = await response.json();
  const [model]: readonly unknown[] =
    isRecord(list) && Array.isArray(list['data']) ? list['data'] : [];
  if (isRecord(model) && typeof model['id'] === 'string') return model['id'];
  throw new Error(`${base}/models lists no model; use a model map`);
}

/** A busy server is reported as throttling, and any other error as an error of the model. */
function exceptionFor(status: number): string {
  if (status === 429) return 'throttlingException';
  return status === 503 ? 'serviceUnavailableException' : 'modelErrorException';
}

function failure(exception: string, message: string, originalStatusCode?: number): SourceEvent {
  const members = originalStatusCode === undefined ? {} : { originalStatusCode };
  return { type: 'fault', fault: { type: 'exception', exception, message, members } };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

async function* readAnswer(
  lines: AsyncIterable<string>,
  turn: ModelTurn,
  input: InputUsage,
  signal: AbortSignal,
): AsyncGenerator<SourceEvent> {
  const reader = createChunkReader(turn, input);
  try {
    for await (const line of lines) {
      const data = line.startsWith('data:') ? line.slice('data:'.length).trim() : '';
      if (data === '') continue;
      if (data === '[DONE]') break;
      const chunk = parseExactJson(data);
      if (!isRecord(chunk)) throw new Error(`invalid chunk: ${data.slice(0, 100)}`);
      if (chunk['error'] !== undefined)
        throw new Error(JSON.stringify(chunk['error']).slice(0, 500));
      const part: UpstreamChunk = chunk;
      yield* reader.read(part);
    }
    yield* reader.end();
  } catch (error) {
    if (signal.aborted) return;
    yield failure('modelStreamErrorException', `The upstream answer broke off: ${reasonOf(error)}`);
  }
}

/** Returns the lines of a stream. An answer that is not streamed becomes one chunk. */
async function* linesOf(response: Response): AsyncGenerator<string> {
  const type = response.headers.get('content-type') ?? '';
  if (response.body !== null && !type.includes('application/json')) {
    yield* decodeLines(response.body);
    return;
  }
  const whole = parseExactJson(await response.text());
  const choices: readonly unknown[] =
    isRecord(whole) && Array.isArray(whole['choices']) ? whole['choices'] : [];
  const chunks = choices
    .filter(isRecord)
    .map(({ message: delta, finish_reason }) => ({ delta, finish_reason }));
  yield `data: ${JSON.stringify({ ...(isRecord(whole) ? whole : {}), choices: chunks })}`;
}

/** Returns the lines of a body. The bytes may be split anywhere. */
async function* decodeLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    const lines = rest.split(/\r?\n/u);
    rest = lines.pop() ?? '';
    yield* lines;
  }
  yield rest;
}
