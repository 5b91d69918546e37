import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import type { JsonSchema } from '#local/bedrock/model/json-schema.ts';

/** The input of a model, independent of the API that received it. */
export interface ModelTurn {
  readonly model: ModelFacts;
  readonly system: readonly TurnBlock[];
  readonly messages: readonly TurnMessage[];
  readonly maxTokens: number;
  readonly stopSequences: readonly string[];
  /** The inference parameters as requested, for models that apply them. */
  readonly inference: InferenceOptions;
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
  /** How the request asked for the answer, for the rules of models. */
  readonly asked: AskedRequest;
  /** The tools that the service runs itself. */
  readonly serverTools?: readonly ServerTool[] | undefined;
  /** The cache points among the tools. */
  readonly toolCachePoints?: readonly ToolCachePoint[] | undefined;
  /** The schema that the text of the answer must follow. */
  readonly schema?: JsonSchema | undefined;
  /** The name or id of the agent that answers, if an agent does. */
  readonly agent?: string | undefined;
  /** Whether the model shows its reasoning. */
  readonly isReasoning: boolean;
  readonly guardrail?: GuardrailRequest | undefined;
  /** How the request asks to be served. The answer names the same. */
  readonly serving?: Serving | undefined;
  /** The members of the model's own response that Converse returns, as JSON Pointers. */
  readonly responsePaths?: readonly string[] | undefined;
  /** The caller's metadata. It is written to the journal and can select a scenario. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What the rules of models read of a request, and nothing else does. */
export interface AskedRequest {
  /**
   * Whose request it is, because each API words refusals in its own way. InvokeModel takes the
   * model's native format. `prompt`: one text, in which the whole conversation is written.
   */
  readonly api: 'converse' | 'native' | 'anthropic' | 'openai' | 'prompt';
  /** The members in the model's own format. Of Converse: `additionalModelRequestFields`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The effort, where the API itself has a member for it. */
  readonly effort?: string | undefined;
  /** Whether there are messages of the role `system` between the others. */
  readonly hasSystemMessages?: boolean | undefined;
}

export interface Serving {
  readonly serviceTier?: string | undefined;
  readonly latency?: string | undefined;
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

export interface ToolCachePoint {
  readonly ttl: CacheTtl;
  /** The number of tools before it. */
  readonly after: number;
}

export type TurnBlock =
  /** `json` is the value of a text that stands for one, as in the result of a tool. */
  | { readonly type: 'text'; readonly text: string; readonly json?: unknown }
  | { readonly type: 'image'; readonly format: string; readonly bytes: Buffer }
  | DocumentBlock
  | { readonly type: 'media'; readonly kind: 'video' | 'audio'; readonly bytes: Buffer }
  | SearchResultBlock
  /** An instruction in mid-conversation. It applies from the message it stands in on. */
  | { readonly type: 'system-text'; readonly text: string }
  | { readonly type: 'guarded-text'; readonly text: string; readonly qualifiers: readonly string[] }
  | ReasoningBlock
  | ToolUseBlock
  | ToolResultBlock
  /** A use of a server tool, or its result, as the caller sent it back. */
  | { readonly type: 'server-tool'; readonly json: string }
  | { readonly type: 'cache-point'; readonly ttl: CacheTtl };

export interface ReasoningBlock {
  readonly type: 'reasoning';
  readonly text: string;
  readonly signature?: string | undefined;
  /** What the provider has encrypted instead of a text. */
  readonly redacted?: string | undefined;
}

export interface DocumentBlock {
  readonly type: 'document';
  readonly name: string;
  readonly format: string;
  readonly bytes: Buffer;
  /** The text of the document. It is empty until it is extracted. */
  readonly text: string;
  /** The texts of its pages or blocks, if it has such. They make up its text. */
  readonly parts?: readonly string[] | undefined;
  /** Whether the answer must cite the document. */
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
  /** Whether the model must search for the tool before it can call it. */
  readonly isDeferred?: boolean | undefined;
  /** Whether inputs must follow the schema exactly, as the request asks for. */
  readonly isStrict?: boolean | undefined;
}

/** A tool that the service runs, by the type and the name that the request gives. */
export interface ServerTool {
  readonly type: string;
  readonly name: string;
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

/** Returns the text of the text blocks, joined by line breaks. */
export function textOf(content: readonly TurnBlock[]): string {
  const texts = content.flatMap((block) => {
    if (block.type === 'text' || block.type === 'guarded-text') return [block.text];
    return [];
  });
  return texts.join('\n');
}

/** Returns the text of all instructions: the system prompt, and those in mid-conversation. */
export function systemText({ system, messages }: Pick<ModelTurn, 'system' | 'messages'>): string {
  const later = messages.flatMap(({ content }) =>
    content.flatMap((block) => (block.type === 'system-text' ? [block.text] : [])),
  );
  return [textOf(system), ...later].filter((text) => text !== '').join('\n');
}

/** Returns the text of the last user message that has text. Tool results do not count as text. */
export function lastUserText({ messages }: Pick<ModelTurn, 'messages'>): string {
  return textOf(lastQuestion(messages)?.content ?? []);
}

/** Returns the last user message that has text. */
export function lastQuestion(messages: readonly TurnMessage[]): TurnMessage | undefined {
  return messages.findLast(({ role, content }) => role === 'user' && textOf(content) !== '');
}
