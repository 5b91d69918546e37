import type { ConnectionCut } from '#local/wire/aws-exchange.ts';

/** An event of a model's answer. Each API renders the same events in its own format. */
export type AnswerEvent =
  | { readonly type: 'start'; readonly input: InputUsage }
  | { readonly type: 'block-start'; readonly index: number; readonly block: BlockKind }
  | { readonly type: 'text-delta'; readonly index: number; readonly text: string }
  | { readonly type: 'reasoning-delta'; readonly index: number; readonly text: string }
  | { readonly type: 'signature'; readonly index: number; readonly signature: string }
  | { readonly type: 'tool-input-delta'; readonly index: number; readonly json: string }
  | { readonly type: 'citation'; readonly index: number; readonly citation: Citation }
  | { readonly type: 'block-stop'; readonly index: number }
  | { readonly type: 'server-tool'; readonly index: number; readonly block: ServerToolBlock }
  | { readonly type: 'stop'; readonly stopReason: StopReason; readonly stopSequence?: string }
  | EndEvent;

export type BlockKind =
  | { readonly type: 'text' }
  | { readonly type: 'reasoning' }
  | { readonly type: 'tool-use'; readonly toolUseId: string; readonly name: string };

/** A whole block of an answer: the use of a tool that the service runs, or the result of it. */
export type ServerToolBlock =
  | {
      readonly type: 'use';
      readonly toolUseId: string;
      readonly name: string;
      readonly input: Readonly<Record<string, unknown>>;
    }
  | {
      readonly type: 'result';
      readonly toolUseId: string;
      readonly name: string;
      readonly output: ServerToolOutput;
    };

export type ServerToolOutput =
  | { readonly type: 'web-search'; readonly pages: readonly WebPage[] }
  | {
      readonly type: 'code';
      readonly stdout: string;
      readonly stderr: string;
      readonly exitCode: number;
    }
  | { readonly type: 'tool-search'; readonly names: readonly string[] };

export interface WebPage {
  readonly url: string;
  readonly domain: string;
  readonly title: string;
}

/** The last event of an answer. */
export interface EndEvent {
  readonly type: 'end';
  readonly usage: Usage;
  /** Milliseconds from the request to the last token, and to the first, by the context's clock. */
  readonly latencyMs: number;
  readonly firstByteMs: number;
  /** The findings of a guardrail, in Bedrock's wire format. */
  readonly guardrailTrace?: object | undefined;
}

/** Why a model stopped, with the names of Converse. */
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

/** The tokens of a turn. */
export interface Usage {
  /** Input tokens that were neither read from nor written to the cache. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly cacheWrites: readonly { readonly ttl: '5m' | '1h'; readonly tokens: number }[];
}

/** A quoted part of a document, a search result or a web page. */
export interface Citation {
  readonly title: string;
  readonly source: string;
  readonly text: string;
  /** `start` and `end` are positions in the text of the source. */
  readonly location:
    | {
        readonly type: 'document' | 'search-result';
        readonly index: number;
        readonly start: number;
        readonly end: number;
      }
    | { readonly type: 'web'; readonly url: string; readonly domain: string };
  /** The place in the units of the source, if it has other units than characters. */
  readonly place?: CitationPlace | undefined;
}

export interface CitationPlace {
  readonly unit: 'page' | 'block';
  readonly start: number;
  readonly end: number;
}

/** An event from a source: a part of the answer, a change of its pace, or a fault. */
export type SourceEvent =
  | AnswerEvent
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'pace'; readonly pace: Partial<Pace> }
  | WireEvent;

/** An event that changes the bytes of an answer, and not its content. */
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
  /** The name of the exception's member in the stream, such as `throttlingException`. */
  readonly exception: string;
  readonly message: string;
  /** The members beside the message, such as `originalStatusCode` or `resourceName`. */
  readonly members: Readonly<Record<string, unknown>>;
}

/** How an answer breaks off: by losing the connection, or by ending early on an open one. */
export type Cut = ConnectionCut | { readonly type: 'eof' | 'partial-frame' | 'bad-crc' };

/** How fast a model answers. */
export interface Pace {
  /** Milliseconds from the request to the first token. */
  readonly ttftMs: number;
  /** 0 sends everything at once. */
  readonly tokensPerSecond: number;
  /** How much the time between deltas varies: 0.2 is up to 20 % more or less. */
  readonly jitter: number;
}

/** The usage of a turn's input, which is available when the answer begins. */
export type InputUsage = Omit<Usage, 'outputTokens'>;

/** All events of one answer. */
export type SourceEvents = AsyncIterable<SourceEvent> | Iterable<SourceEvent>;

export const noUsage: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  cacheWrites: [],
};

/** Returns the number of all tokens of a turn, input and output. */
export function totalTokens(usage: Usage): number {
  return usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
}
