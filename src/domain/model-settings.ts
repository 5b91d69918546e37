/** How much work a model puts into an answer, from the least. */
export const efforts = ['low', 'medium', 'high', 'xhigh', 'max'] as const;

export type Effort = (typeof efforts)[number];

/** Bedrock's service tiers: `default` is the standard one. */
export const serviceTiers = ['default', 'flex', 'priority', 'reserved'] as const;

export type ServiceTier = (typeof serviceTiers)[number];

/** How long a prompt stays in the cache of a model after its last use. */
export const promptCaches = ['5m', '1h'] as const;

export type PromptCache = (typeof promptCaches)[number];

/** Settings of a call that only some models have. A model without one is called without it. */
export interface ModelSettings {
  readonly effort?: Effort | undefined;
  /** Whether the model thinks before it answers. */
  readonly thinking?: boolean | undefined;
  readonly serviceTier?: ServiceTier | undefined;
  readonly promptCache?: PromptCache | undefined;
}

/** Which settings a model has. */
export interface ModelTraits {
  /** Empty for a model without efforts. */
  readonly efforts: readonly Effort[];
  /** Whether a request decides that the model thinks. */
  readonly thinks: boolean;
  /** Empty for a model without a prompt cache. */
  readonly promptCaches: readonly PromptCache[];
}

/** Of a model about which nothing is known. */
export const noTraits: ModelTraits = { efforts: [], thinks: false, promptCaches: [] };

/** The settings of a deployment: what requests may choose, and what they get if they do not. */
export interface OfferedSettings {
  readonly defaults: ModelSettings;
  /** The tiers that a request may name; the first serves requests that name none. */
  readonly serviceTiers: readonly [ServiceTier, ...ServiceTier[]];
  /** By model id. */
  readonly traits: Readonly<Record<string, ModelTraits>>;
}

/** The smallest number of tokens that models accept for their thoughts. */
export const minThinkingTokens = 1_024;
