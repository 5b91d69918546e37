import type { ProviderFile, Traits } from '#models/facts.ts';

/** The traits of a model of which nothing is known: it accepts what any model accepts. */
const unknown: Traits = {
  system: true,
  systemMessages: true,
  systemTools: [],
  documents: true,
  largeDocuments: [],
  structuredOutput: true,
  tools: true,
  toolStreaming: true,
  toolChoice: ['auto', 'any', 'tool'],
  mixesTextAndToolUse: true,
  strictTools: false,
  serverTools: false,
  sampling: {},
  thinking: undefined,
  reasoning: 'never',
  takesReasoning: true,
  signsReasoning: false,
  acceptsSignature: true,
  cache: undefined,
  prefill: 'accepted',
  nativeSchema: undefined,
  toolInput: 'whole',
  tokensPerDelta: 1,
  quotaPerOutputToken: 1,
  dimensions: 1_024,
};

/** Returns the traits of a provider by their name. Throws if there is no such name. */
export function traitsOf({ provider, traits }: ProviderFile, name: string): Traits {
  const entry = traits[name];
  if (entry === undefined) throw new Error(`models: ${provider} has no traits ${name}`);
  const { like, ...own } = entry;
  const base = like === undefined ? unknown : traitsOf({ provider, traits, models: [] }, like);
  return { ...base, ...own };
}
