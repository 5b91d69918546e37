/*
 * The facts about Bedrock's models, as the files of this folder have them: one file for each
 * provider. A value that no source gives is left out. The comment of each member says what follows
 * from its absence, which is never a refusal.
 */

/** A provider and its models. */
export interface ProviderFile {
  readonly provider: string;
  /** Traits by name. A name with `like` takes the members that it does not have from that one. */
  readonly traits: Readonly<Record<string, TraitsEntry>>;
  /** Newest first: a model of unknown id behaves like the first one. */
  readonly models: readonly ModelEntry[];
}

export interface TraitsEntry extends Partial<Traits> {
  readonly like?: string | undefined;
}

export interface ModelEntry {
  readonly id: string;
  /** The name in Bedrock's console. */
  readonly name: string;
  readonly format: NativeFormat;
  readonly traits: string;
  /** Absent: inputs of any length are accepted. */
  readonly contextTokens?: number | undefined;
  /** Absent: any `maxTokens` is accepted. */
  readonly maxOutputTokens?: number | undefined;
  readonly inputs: readonly Modality[];
  readonly output: 'TEXT' | 'EMBEDDING';
  /** The prefixes of its inference profiles. */
  readonly profiles: readonly ProfilePrefix[];
  /**
   * Whether it answers to its bare id. Otherwise it needs an inference profile; without one, only the
   * APIs of OpenAI and Anthropic have it.
   */
  readonly onDemand: boolean;
  /** More names that the APIs of OpenAI and Anthropic take for it. */
  readonly shortIds?: readonly string[] | undefined;
  readonly lifecycle: Lifecycle;
  /** Absent: what it costs is not known. */
  readonly price?: ModelPrice | undefined;
  readonly sources: readonly string[];
  /** The day on which the sources were read. */
  readonly checked: string;
}

/** The native request formats of InvokeModel. */
export type NativeFormat =
  | 'anthropic'
  | 'anthropic-text'
  | 'nova'
  | 'titan-text'
  | 'titan-embed'
  | 'nova-embed'
  | 'cohere-embed'
  | 'llama'
  | 'mistral-text'
  | 'chat'
  | 'cohere-command'
  | 'cohere-chat'
  | 'jamba'
  | 'deepseek-r1';

export type Modality = 'TEXT' | 'IMAGE' | 'VIDEO' | 'AUDIO';

export type ProfilePrefix = 'us' | 'eu' | 'apac' | 'jp' | 'au' | 'ca' | 'in' | 'us-gov' | 'global';

export interface Lifecycle {
  /** `ended`: AWS has switched the model off. */
  readonly status: 'active' | 'legacy' | 'ended';
  /** The day on which AWS switches it off, or has done so. */
  readonly ends?: string | undefined;
}

/**
 * US dollars per million tokens, for a global inference profile or a plain model id. Some models cost
 * more if the prompt is longer than a limit; that is not in here.
 */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
  /** Absent: a tenth of the input price. */
  readonly cacheRead?: number | undefined;
  /** For five minutes. Absent: 1.25 times the input price. */
  readonly cacheWrite?: number | undefined;
  /** For an hour. Absent: twice the input price. */
  readonly cacheWrite1h?: number | undefined;
  /** The factor of a geographic profile. Absent: 1. */
  readonly regional?: number | undefined;
}

/** What requests a model accepts, and how it answers. Every rule reads these, and no model ids. */
export interface Traits {
  /** Whether it takes a system prompt. Absent: yes. */
  readonly system: boolean;
  /** Whether it takes messages of the role `system` between the others. Absent: yes. */
  readonly systemMessages: boolean;
  /** The system tools of Converse, which its provider runs. Absent: none. */
  readonly systemTools: readonly string[];
  /** Whether Converse takes documents for it. Absent: yes. */
  readonly documents: boolean;
  /** The formats of documents that can be larger than 4.5 MB. Absent: none. */
  readonly largeDocuments: readonly string[];
  /** Whether Converse takes `outputConfig.textFormat` for it. Absent: yes. */
  readonly structuredOutput: boolean;
  /** Absent: yes. */
  readonly tools: boolean;
  /** Whether an answer can be streamed if there are tools. Absent: yes. */
  readonly toolStreaming: boolean;
  /** Absent: all three. */
  readonly toolChoice: readonly ('auto' | 'any' | 'tool')[];
  /** Whether text and tool uses can be in the same message. Absent: yes. */
  readonly mixesTextAndToolUse: boolean;
  /** Whether it takes tools with `strict`. Absent: no. */
  readonly strictTools: boolean;
  /** Whether it takes tools that its provider defines, such as Anthropic's `bash`. Absent: no. */
  readonly serverTools: boolean;
  readonly sampling: Sampling;
  /** The member of Converse's requests that takes the effort. Absent: it is not known. */
  readonly effortIn?: 'outputConfig' | 'reasoning_effort' | undefined;
  /** Absent: the model takes no settings of its reasoning. */
  readonly thinking: Thinking | undefined;
  /** Whether its answers have reasoning. Absent: never. */
  readonly reasoning: 'never' | 'on-request' | 'always';
  /** Whether reasoning can come back with the conversation. Absent: yes. */
  readonly takesReasoning: boolean;
  /** Whether its reasoning has a signature. Absent: no. */
  readonly signsReasoning: boolean;
  /** Whether reasoning in requests can have a signature. Absent: yes. */
  readonly acceptsSignature: boolean;
  /** Absent: the model has no prompt caching. */
  readonly cache: PromptCaching | undefined;
  /**
   * Whether a request can end with the start of the answer. `trimmed`: only if no white space is at
   * its end. Absent: accepted.
   */
  readonly prefill: 'accepted' | 'trimmed' | 'refused';
  /** Whose words refuse unknown members of native requests. Absent: such members are ignored. */
  readonly nativeSchema: 'anthropic' | 'nova' | 'openai-chat' | 'openai-responses' | undefined;
  /** How the input of a tool streams: in fragments, the first of them empty, or whole (absent). */
  readonly toolInput: 'fragments' | 'whole';
  /** Tokens that arrive together in one delta. Absent: 1. */
  readonly tokensPerDelta: number;
  /** How often a token of the answer counts against the quota. Absent: once. */
  readonly quotaPerOutputToken: number;
  /** The length of an embedding if the request sets none. Absent: 1,024. */
  readonly dimensions: number;
}

/** `deprecated`: the model refuses the parameter. Absent: accepted. */
export interface Sampling {
  readonly temperature?: 'accepted' | 'deprecated' | undefined;
  readonly topP?: 'accepted' | 'deprecated' | undefined;
  readonly topK?: 'accepted' | 'deprecated' | undefined;
  /** Whether temperature and topP cannot be used together. Absent: they can. */
  readonly exclusive?: boolean | undefined;
}

export interface Thinking {
  /** Whether it takes `thinking.type: enabled` with a budget. */
  readonly enabled: boolean;
  /** Whether it takes `thinking.type: adaptive`. */
  readonly adaptive: boolean;
  /** The levels of effort that it takes. Empty: none. */
  readonly effort: readonly ('minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max')[];
  /** Whether its thinking cannot be disabled. Absent: it can. */
  readonly always?: boolean | undefined;
  /** Whether the efforts above `high` need thinking. Absent: they do not. */
  readonly effortNeedsThinking?: boolean | undefined;
}

export interface PromptCaching {
  /** The shortest prefix that is cached. */
  readonly minTokens: number;
  readonly ttls: readonly ('5m' | '1h')[];
  /** Where cache points can be. */
  readonly places: readonly ('system' | 'messages' | 'tools')[];
  /** Whether a cache point can directly follow the result of a tool. Absent: it can. */
  readonly afterToolResults?: boolean | undefined;
}
