import type { ModelFacts } from '#local/bedrock/model/models.ts';
import type { JsonSchema } from '#local/bedrock/model/json-schema.ts';

/** What a model is asked, whichever door asked it. */
export interface ModelTurn {
  readonly model: ModelFacts;
  readonly system: readonly TurnBlock[];
  readonly messages: readonly TurnMessage[];
  readonly maxTokens: number;
  readonly stopSequences: readonly string[];
  /** What the request itself says of how to answer, for models that heed it. */
  readonly inference: InferenceOptions;
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
  /** Where a cache point follows the tools: how long it lasts. */
  readonly toolsCached?: CacheTtl | undefined;
  /** The schema that the text of the answer must follow. */
  readonly schema?: JsonSchema | undefined;
  /** Whether the model shows how it came to its answer. */
  readonly isReasoning: boolean;
  readonly guardrail?: GuardrailRequest | undefined;
  /** What a caller says of the request: it is journalled, and may ask for a scenario. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface InferenceOptions {
  readonly maxTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
}

export interface TurnMessage {
  readonly role: 'user' | 'assistant';
  readonly content: readonly TurnBlock[];
}

export type CacheTtl = '5m' | '1h';

export type TurnBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly format: string; readonly bytes: Buffer }
  | DocumentBlock
  | { readonly type: 'media'; readonly kind: 'video' | 'audio'; readonly bytes: Buffer }
  | SearchResultBlock
  | { readonly type: 'guarded-text'; readonly text: string; readonly qualifiers: readonly string[] }
  | { readonly type: 'reasoning'; readonly text: string; readonly signature?: string | undefined }
  | ToolUseBlock
  | ToolResultBlock
  | { readonly type: 'cache-point'; readonly ttl: CacheTtl };

export interface DocumentBlock {
  readonly type: 'document';
  readonly name: string;
  readonly format: string;
  readonly bytes: Buffer;
  /** The words in it; empty until they are extracted. */
  readonly text: string;
  /** Whether the answer is to cite it. */
  readonly citations: boolean;
}

export interface SearchResultBlock {
  readonly type: 'search-result';
  readonly source: string;
  readonly title: string;
  readonly content: readonly string[];
  readonly citations: boolean;
}

export interface ToolUseBlock {
  readonly type: 'tool-use';
  readonly toolUseId: string;
  readonly name: string;
  readonly input: unknown;
}

export interface ToolResultBlock {
  readonly type: 'tool-result';
  readonly toolUseId: string;
  readonly content: readonly TurnBlock[];
  readonly isError: boolean;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
}

export type ToolChoice =
  | { readonly type: 'auto' }
  | { readonly type: 'any' }
  | { readonly type: 'none' }
  | { readonly type: 'tool'; readonly name: string };

export interface GuardrailRequest {
  readonly identifier: string;
  readonly version: string;
  readonly trace: 'enabled' | 'disabled' | 'enabled_full';
  readonly mode: 'sync' | 'async';
}

/** The words of some content, in order; what has none is left out. */
export function textOf(content: readonly TurnBlock[]): string {
  const words = content.flatMap((block) => {
    if (block.type === 'text' || block.type === 'guarded-text') return [block.text];
    return [];
  });
  return words.join('\n');
}

/** What the user said last in words; a tool result is no such thing. */
export function lastUserText({ messages }: Pick<ModelTurn, 'messages'>): string {
  return textOf(lastQuestion(messages)?.content ?? []);
}

/** The last message of the user's that says something. */
export function lastQuestion(messages: readonly TurnMessage[]): TurnMessage | undefined {
  return messages.findLast(({ role, content }) => role === 'user' && textOf(content) !== '');
}
