import type { PromptMessage } from '#domain/conversation/message.ts';
import type { FallbackChains } from '#domain/model/fallbacks.ts';
import type { KnowledgeUse } from '#domain/model/knowledge.ts';
import type { OfferedSettings } from '#domain/model-settings.ts';
import type { ModelOptions } from '#domain/model/model.ts';
import type { Decision } from '#domain/model/tools.ts';

/** What a chat request asks: something new, or something about an earlier turn. */
export type ChatQuestion =
  /** `parentId` is the turn to follow: `null` for none, absent for the latest one. */
  | {
      readonly type: 'message';
      readonly text: string;
      readonly parentId?: string | null;
      /** The files that the message is sent with, in their order. */
      readonly attachmentIds?: readonly string[] | undefined;
    }
  /** Another answer to the question of a turn; of the latest turn if none is named. */
  | { readonly type: 'regenerate'; readonly turnId?: string; readonly text?: string }
  /** The rest of an answer that was cut off. */
  | { readonly type: 'continue'; readonly turnId: string }
  /** The rest of an answer whose tool calls waited for approval. */
  | {
      readonly type: 'approve';
      readonly turnId: string;
      readonly decisions: readonly Decision[];
      /** The reader already has the answer up to the calls, and the stream continues from there. */
      readonly continues?: true;
    }
  /** A whole exchange that the caller stores; one-shot only. */
  | { readonly type: 'exchange'; readonly messages: readonly PromptMessage[] };

/** The greatest age of a cached answer that a request may accept. */
export const maxCacheMs = 86_400_000;

/** A chat request after parsing, whatever format it arrived in. */
export interface ChatRequest extends ModelOptions {
  readonly question: ChatQuestion;
  /** Absent for a one-shot prompt. `create` allows an id that does not exist yet. */
  readonly conversation?: { readonly id?: string; readonly create: boolean } | undefined;
  readonly modelId?: string | undefined;
  /** The knowledge base to answer from. */
  readonly knowledge?: KnowledgeUse | undefined;
  /** The name of the agent that answers in place of a model. */
  readonly agent?: string | undefined;
  /** The names of tool sets that the model may use. */
  readonly toolSets?: readonly string[] | undefined;
  /** The maximum age of a cached answer to the same prompt; absent for no cache. */
  readonly cacheMs?: number | undefined;
}

/** How a chat request is answered, without what it asks. */
export type ChatOptions = Omit<ChatRequest, 'question' | 'conversation'>;

/** What a chat request may name in a deployment. */
export interface ChatChoices {
  /** The models a request may name; the first is the default. */
  readonly models: readonly [string, ...string[]];
  readonly maxOutputTokens: number;
  readonly settings: OfferedSettings;
  /** Ids of knowledge bases, by the names used in requests. */
  readonly knowledgeBases: Readonly<Record<string, string>>;
  /** Addresses of agents, by the names used in requests. */
  readonly agents: Readonly<Record<string, string>>;
  /** URLs of MCP servers, by the names used in requests; in addition to the built-in tool sets. */
  readonly mcpServers: Readonly<Record<string, string>>;
}

/** What a deployment allows in chat requests. */
export interface ChatPolicy extends ChatChoices {
  readonly maxHistoryTokens: number;
  /** The models that replace an unavailable one. */
  readonly fallbacks: FallbackChains;
  readonly allowAnonymous: boolean;
  /** Where the titles of conversations come from: a model, or the first words of the question. */
  readonly titles: TitleSource;
}

export const titleSources = ['model', 'words'] as const;

export type TitleSource = (typeof titleSources)[number];
