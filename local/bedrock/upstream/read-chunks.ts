import type { BlockKind, InputUsage, SourceEvent, StopReason } from '#local/bedrock/turn/answer.ts';
import { signReasoning } from '#local/bedrock/simulated/simulate.ts';
import { idFrom } from '#local/bedrock/turn/seeded.ts';
import { countTokens } from '#local/bedrock/model/tokens.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';
import { isRecord } from '#local/wire/shape.ts';

export type UpstreamChunk = Readonly<Record<string, unknown>>;

export interface ChunkReader {
  read(chunk: UpstreamChunk): Generator<SourceEvent>;
  /** What is left to say. Throws where the upstream never said why it ended. */
  end(): Generator<SourceEvent>;
}

/** Reads chat completion chunks as an answer: text, reasoning by any of its names, tool calls. */
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
      yield* blocks.say('reasoning', delta['reasoning_content'] ?? delta['reasoning']);
      yield* blocks.say('text', delta['content']);
      for (const call of callsIn(delta, turn)) yield* blocks.useTool(call);
      const reason = choice['finish_reason'];
      if (typeof reason === 'string') stopReason = stopReasons.get(reason) ?? 'end_turn';
    },
    *end() {
      if (stopReason === undefined) throw new Error('it ended without a finish_reason');
      yield* blocks.close();
      // Some servers say `stop` after a tool that they were told to call.
      const isToolUse = blocks.hasTool() && stopReason === 'end_turn';
      yield { type: 'stop', stopReason: isToolUse ? 'tool_use' : stopReason };
      // Its prompt is all of the input; here the cached part is counted by itself.
      const cached = input.cacheReadTokens + input.cacheWriteTokens;
      const prompt = Number(usage['prompt_tokens'] ?? input.inputTokens + cached);
      const inputTokens = Math.max(0, prompt - cached);
      const outputTokens = Number(usage['completion_tokens'] ?? blocks.tokens());
      const counted = { ...input, inputTokens, outputTokens };
      yield { type: 'end', usage: counted, latencyMs: 0, firstByteMs: 0 };
    },
  };
}

interface Call {
  /** Which of the upstream's calls it is; nothing where it goes on with the one before. */
  readonly call: string;
  readonly name: string;
  readonly toolUseId: string;
  readonly json: string;
}

function callsIn(delta: UpstreamChunk, { messages }: ModelTurn): readonly Call[] {
  const calls: readonly unknown[] = Array.isArray(delta['tool_calls']) ? delta['tool_calls'] : [];
  return calls.filter(isRecord).map((call) => {
    const called = isRecord(call['function']) ? call['function'] : {};
    const number = Number(call['index'] ?? 0);
    const id = wordOf(call['id']);
    const isValid = /^[a-zA-Z0-9_.:-]{1,64}$/u.test(id);
    const toolUseId = isValid ? id : idFrom(JSON.stringify([messages, number]), 22);
    const name = wordOf(called['name']);
    const which = id === '' && name === '' ? '' : `${number} ${id}`;
    return { call: which, toolUseId, name, json: wordOf(called['arguments']) };
  });
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

interface Blocks {
  say(kind: 'text' | 'reasoning', text: unknown): Generator<SourceEvent>;
  useTool(call: Call): Generator<SourceEvent>;
  close(): Generator<SourceEvent>;
  tokens(): number;
  hasTool(): boolean;
}

/** Blocks that begin with their first piece, and end when another begins. */
function createBlocks(): Blocks {
  let [count, tokens] = [0, 0];
  let open: { readonly index: number; readonly kind: string; readonly call: string } | undefined;
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
  function* enter(block: BlockKind, call = ''): Generator<SourceEvent, number> {
    if (open?.kind === block.type && open.call === call) return open.index;
    yield* close();
    open = { index: count, kind: block.type, call };
    count += 1;
    yield { type: 'block-start', index: open.index, block };
    return open.index;
  }
  return {
    close,
    tokens: () => tokens,
    hasTool: () => hasTool,
    *say(kind, text) {
      if (typeof text !== 'string' || text === '') return;
      tokens += countTokens(text);
      const index = yield* enter({ type: kind });
      if (kind === 'reasoning') reasoning += text;
      yield { type: kind === 'text' ? 'text-delta' : 'reasoning-delta', index, text };
    },
    *useTool({ call, toolUseId, name, json }) {
      hasTool = true;
      // Fragments after the first have no id of their own, or repeat it.
      const isMore = open?.kind === 'tool-use' && (call === '' || open.call === call);
      const index = yield* enter({ type: 'tool-use', toolUseId, name }, isMore ? open?.call : call);
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
