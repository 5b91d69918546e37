import type { BlockKind, InputUsage, SourceEvent, StopReason } from '#local/bedrock/turn/answer.ts';
import { signReasoning } from '#local/bedrock/simulated/simulate.ts';
import { idFrom } from '#local/bedrock/turn/seeded.ts';
import { countTokens } from '#local/bedrock/model/tokens.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';
import { isRecord } from '#local/wire/shape.ts';

/** A parsed chat completion chunk. */
export type UpstreamChunk = Readonly<Record<string, unknown>>;

/** Turns the chunks of one answer into events. */
export interface ChunkReader {
  /** Emits the events of a chunk. */
  read(chunk: UpstreamChunk): Generator<SourceEvent>;
  /** Emits the last events. Throws if the upstream sent no finish reason. */
  end(): Generator<SourceEvent>;
}

/** Creates a reader of text, tool calls, and reasoning under any of its member names. */
export function createChunkReader(turn: ModelTurn, input: InputUsage): ChunkReader {
  const blocks = createBlocks();
  let stopReason: StopReason | undefined;
  let usage: Readonly<Record<string, unknown>> = {};
  let isStarted = false;
  return {
    *read(chunk) {
      if (!isStarted) yield { type: 'start', input };
      isStarted = true;
      if (isRecord(chunk['usage'])) usage = chunk['usage'];
      const [choice]: readonly unknown[] = Array.isArray(chunk['choices']) ? chunk['choices'] : [];
      if (!isRecord(choice)) return;
      const delta = isRecord(choice['delta']) ? choice['delta'] : {};
      yield* blocks.addText('reasoning', delta['reasoning_content'] ?? delta['reasoning']);
      yield* blocks.addText('text', delta['content']);
      for (const call of callsIn(delta, turn)) yield* blocks.addToolCall(call);
      const reason = choice['finish_reason'];
      if (typeof reason === 'string') stopReason = stopReasons.get(reason) ?? 'end_turn';
    },
    *end() {
      if (stopReason === undefined) throw new Error('it ended without a finish_reason');
      yield* blocks.close();
      // Some servers send `stop` after a tool call that the request required.
      const isToolUse = blocks.hasTool() && stopReason === 'end_turn';
      yield { type: 'stop', stopReason: isToolUse ? 'tool_use' : stopReason };
      // The upstream's prompt tokens include the cached part, which is counted separately here.
      const cached = input.cacheReadTokens + input.cacheWriteTokens;
      const prompt = Number(usage['prompt_tokens'] ?? input.inputTokens + cached);
      const inputTokens = Math.max(0, prompt - cached);
      const outputTokens = Number(usage['completion_tokens'] ?? blocks.tokens());
      const total = { ...input, inputTokens, outputTokens };
      yield { type: 'end', usage: total, latencyMs: 0, firstByteMs: 0 };
    },
  };
}

interface ToolCall {
  /** The index and id of the call; empty if this is a fragment of the previous call. */
  readonly key: string;
  readonly name: string;
  readonly toolUseId: string;
  readonly json: string;
}

function callsIn(delta: UpstreamChunk, { messages }: ModelTurn): readonly ToolCall[] {
  const calls: readonly unknown[] = Array.isArray(delta['tool_calls']) ? delta['tool_calls'] : [];
  return calls.filter(isRecord).map((call) => {
    const definition = isRecord(call['function']) ? call['function'] : {};
    const index = Number(call['index'] ?? 0);
    const id = textOf(call['id']);
    const isValid = /^[a-zA-Z0-9_.:-]{1,64}$/u.test(id);
    const toolUseId = isValid ? id : idFrom(JSON.stringify([messages, index]), 22);
    const name = textOf(definition['name']);
    const key = id === '' && name === '' ? '' : `${index} ${id}`;
    return { key, toolUseId, name, json: textOf(definition['arguments']) };
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

interface Blocks {
  addText(kind: 'text' | 'reasoning', text: unknown): Generator<SourceEvent>;
  addToolCall(call: ToolCall): Generator<SourceEvent>;
  close(): Generator<SourceEvent>;
  tokens(): number;
  hasTool(): boolean;
}

/** A block begins with its first delta, and ends when another block begins. */
function createBlocks(): Blocks {
  let [count, tokens] = [0, 0];
  let open: { readonly index: number; readonly kind: string; readonly key: string } | undefined;
  let hasTool = false;
  let reasoning = '';
  function* close(): Generator<SourceEvent> {
    if (open === undefined) return;
    const { index, kind } = open;
    if (kind === 'reasoning')
      yield { type: 'signature', index, signature: signReasoning(reasoning) };
    yield { type: 'block-stop', index };
    open = undefined;
  }
  function* openBlock(block: BlockKind, key = ''): Generator<SourceEvent, number> {
    if (open?.kind === block.type && open.key === key) return open.index;
    yield* close();
    open = { index: count, kind: block.type, key };
    count += 1;
    yield { type: 'block-start', index: open.index, block };
    return open.index;
  }
  return {
    close,
    tokens: () => tokens,
    hasTool: () => hasTool,
    *addText(kind, text) {
      if (typeof text !== 'string' || text === '') return;
      tokens += countTokens(text);
      const index = yield* openBlock({ type: kind });
      if (kind === 'reasoning') reasoning += text;
      yield { type: kind === 'text' ? 'text-delta' : 'reasoning-delta', index, text };
    },
    *addToolCall({ key, toolUseId, name, json }) {
      hasTool = true;
      // Fragments after the first have no id, or repeat it.
      const isFragment = open?.kind === 'tool-use' && (key === '' || open.key === key);
      const block = { type: 'tool-use', toolUseId, name } as const;
      const index = yield* openBlock(block, isFragment ? open?.key : key);
      if (json === '') return;
      tokens += countTokens(json);
      yield { type: 'tool-input-delta', index, json };
    },
  };
}

const stopReasons: ReadonlyMap<string, StopReason> = new Map([
  ['stop', 'end_turn'],
  ['length', 'max_tokens'],
  ['tool_calls', 'tool_use'],
  ['function_call', 'tool_use'],
  ['content_filter', 'content_filtered'],
]);
