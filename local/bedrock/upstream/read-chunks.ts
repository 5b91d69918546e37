import type { BlockKind, InputUsage, SourceEvent, StopReason } from '#local/bedrock/turn/answer.ts';
import { createCallAssembler, type UpstreamCall } from '#local/bedrock/upstream/tool-calls.ts';
import { signReasoning } from '#local/bedrock/turn/reasoning-signature.ts';
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
  const blocks = createBlocks(turn);
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
      yield* blocks.addToolCalls(delta);
      const reason = choice['finish_reason'];
      if (typeof reason === 'string') stopReason = stopReasons.get(reason) ?? 'end_turn';
    },
    *end() {
      if (stopReason === undefined) throw new Error('it ended without a finish_reason');
      yield* blocks.end();
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

interface Blocks {
  addText(kind: 'text' | 'reasoning', text: unknown): Generator<SourceEvent>;
  addToolCalls(delta: UpstreamChunk): Generator<SourceEvent>;
  /** Emits what was held back, and ends the last block. */
  end(): Generator<SourceEvent>;
  tokens(): number;
  hasTool(): boolean;
}

/**
 * A block begins with its first delta, and ends when another block begins. Bedrock never mixes
 * blocks: what comes in the middle of a tool call is held back until that call is whole.
 */
function createBlocks(turn: ModelTurn): Blocks {
  const calls = createCallAssembler(turn.tools);
  const blocks = createOpenBlock(turn);
  const ids = createToolUseIds(turn);
  const waiting: UpstreamCall[] = [];
  const later: (readonly ['text' | 'reasoning', string])[] = [];
  let hasTool = false;
  function* emitCalls(isEnd: boolean): Generator<SourceEvent> {
    for (let [call] = waiting; call !== undefined; [call] = waiting) {
      // Until its arguments begin, the name of a call may be incomplete.
      if (call.state === 'named' && !isEnd) return;
      if (call.name === '') throw new Error('a tool call has no name');
      const toolUseId = ids.of(call);
      yield* blocks.open({ type: 'tool-use', toolUseId, name: call.name }, toolUseId);
      yield* blocks.addInput(call.held);
      call.held = '';
      if (call.state !== 'whole' && !isEnd) return;
      waiting.shift();
    }
  }
  return {
    tokens: blocks.tokens,
    hasTool: () => hasTool,
    *addText(kind, text) {
      if (typeof text !== 'string' || text === '') return;
      if (waiting[0]?.state === 'begun') later.push([kind, text]);
      else yield* blocks.addText(kind, text);
    },
    *addToolCalls(delta) {
      waiting.push(...calls.add(delta));
      hasTool ||= waiting.length > 0;
      yield* emitCalls(false);
    },
    *end() {
      yield* emitCalls(true);
      for (const [kind, text] of later) yield* blocks.addText(kind, text);
      yield* blocks.close();
    },
  };
}

interface ToolUseIds {
  of(call: UpstreamCall): string;
}

/** An id that Bedrock refuses, or that another call has, is replaced. */
function createToolUseIds({ messages }: ModelTurn): ToolUseIds {
  const ids = new Map<UpstreamCall, string>();
  return {
    of(call) {
      const isValid = /^[a-zA-Z0-9_.:-]{1,64}$/u.test(call.id);
      const isTaken = ids.values().some((id) => id === call.id);
      const id =
        ids.get(call) ??
        (isValid && !isTaken ? call.id : idFrom(JSON.stringify([messages, ids.size]), 22));
      ids.set(call, id);
      return id;
    },
  };
}

interface OpenBlock {
  /** Begins a block, unless a block of the same kind and key is open. */
  open(block: BlockKind, key?: string): Generator<SourceEvent, number>;
  addText(kind: 'text' | 'reasoning', text: string): Generator<SourceEvent>;
  /** Emits a part of a tool's input in the open block. */
  addInput(json: string): Generator<SourceEvent>;
  close(): Generator<SourceEvent>;
  tokens(): number;
}

function createOpenBlock({ model }: ModelTurn): OpenBlock {
  let [count, tokens] = [0, 0];
  let current: { readonly index: number; readonly kind: string; readonly key: string } | undefined;
  let reasoning = '';
  function* close(): Generator<SourceEvent> {
    if (current === undefined) return;
    const { index, kind } = current;
    if (kind === 'reasoning' && model.traits.signsReasoning)
      yield { type: 'signature', index, signature: signReasoning(reasoning) };
    yield { type: 'block-stop', index };
    current = undefined;
  }
  function* open(block: BlockKind, key = ''): Generator<SourceEvent, number> {
    if (current?.kind === block.type && current.key === key) return current.index;
    yield* close();
    reasoning = '';
    current = { index: count, kind: block.type, key };
    count += 1;
    yield { type: 'block-start', index: current.index, block };
    return current.index;
  }
  return {
    open,
    close,
    tokens: () => tokens,
    *addText(kind, text) {
      tokens += countTokens(text);
      const index = yield* open({ type: kind });
      if (kind === 'reasoning') reasoning += text;
      yield { type: kind === 'text' ? 'text-delta' : 'reasoning-delta', index, text };
    },
    *addInput(json) {
      if (json === '' || current === undefined) return;
      tokens += countTokens(json);
      yield { type: 'tool-input-delta', index: current.index, json };
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
