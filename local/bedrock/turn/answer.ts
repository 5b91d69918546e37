import type { ConnectionCut } from '#local/wire/aws-exchange.ts';

/** What a model says, in the order it says it; every door is a rendering of these. */
export type AnswerEvent =
  | { readonly type: 'start'; readonly input: InputUsage }
  | { readonly type: 'block-start'; readonly index: number; readonly block: BlockKind }
  | { readonly type: 'text-delta'; readonly index: number; readonly text: string }
  | { readonly type: 'reasoning-delta'; readonly index: number; readonly text: string }
  | { readonly type: 'signature'; readonly index: number; readonly signature: string }
  | { readonly type: 'tool-input-delta'; readonly index: number; readonly json: string }
  | { readonly type: 'citation'; readonly index: number; readonly citation: Citation }
  | { readonly type: 'block-stop'; readonly index: number }
  | { readonly type: 'stop'; readonly stopReason: StopReason; readonly stopSequence?: string }
  | EndEvent;

export type BlockKind =
  | { readonly type: 'text' }
  | { readonly type: 'reasoning' }
  | { readonly type: 'tool-use'; readonly toolUseId: string; readonly name: string };

export interface EndEvent {
  readonly type: 'end';
  readonly usage: Usage;
  /** From the request to the last token, and to the first, by the clock that paces. */
  readonly latencyMs: number;
  readonly firstByteMs: number;
  /** What a guardrail found, in the wire's own form. */
  readonly guardrailTrace?: object | undefined;
}

/** Why a model stops; the names are Converse's. */
export const stopReasons = [
  'end_turn',
  'tool_use',
  'max_tokens',
  'stop_sequence',
  'guardrail_intervened',
  'content_filtered',
  'malformed_model_output',
  'malformed_tool_use',
  'model_context_window_exceeded',
] as const;

export type StopReason = (typeof stopReasons)[number];

export interface Usage {
  /** Without what was read from or written to the cache. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly cacheWrites: readonly { readonly ttl: '5m' | '1h'; readonly tokens: number }[];
}

export interface Citation {
  readonly title: string;
  readonly source: string;
  readonly text: string;
  readonly location:
    | {
        readonly type: 'document';
        readonly index: number;
        readonly start: number;
        readonly end: number;
      }
    | {
        readonly type: 'search-result';
        readonly index: number;
        readonly start: number;
        readonly end: number;
      };
}

/** What a source gives: the answer, how fast it comes, and what goes wrong on the way. */
export type SourceEvent =
  | AnswerEvent
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'pace'; readonly pace: Partial<Pace> }
  | WireEvent;

/** What is done to the bytes of an answer, not to what it says. */
export type WireEvent =
  | { readonly type: 'fragment'; readonly bytes: number }
  | { readonly type: 'unknown-event' }
  | { readonly type: 'fault'; readonly fault: Fault };

export type Fault =
  | ExceptionFault
  | { readonly type: 'error-frame'; readonly code: string; readonly message: string }
  | { readonly type: 'cut'; readonly cut: Cut };

export interface ExceptionFault {
  readonly type: 'exception';
  /** The member's name, such as `throttlingException`. */
  readonly exception: string;
  readonly message: string;
  readonly originalStatusCode?: number | undefined;
}

/** How the bytes of an answer come to an early end: with the connection, or within it. */
export type Cut = ConnectionCut | { readonly type: 'eof' | 'partial-frame' | 'bad-crc' };

/** How fast a model answers. */
export interface Pace {
  /** From the request to the first token, in milliseconds. */
  readonly ttftMs: number;
  /** 0 says everything at once. */
  readonly tokensPerSecond: number;
  /** How much the time between deltas varies: 0.2 is a fifth more or less. */
  readonly jitter: number;
}

/** What a turn's input costs, which is known when the answer begins. */
export type InputUsage = Omit<Usage, 'outputTokens'>;

/** A source of answers. */
export type SourceEvents = AsyncIterable<SourceEvent> | Iterable<SourceEvent>;

export const noUsage: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  cacheWrites: [],
};

/** All tokens of a turn. */
export function totalTokens(usage: Usage): number {
  return usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
}
