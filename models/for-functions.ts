import type { ModelEntry, ModelPrice, ProviderFile, Traits } from '#models/facts.ts';
import { providers } from '#models/providers.ts';

/*
 * What functions need of the facts about models. Their bundles have this list, and nothing else of
 * this folder.
 */

/** A model as the functions see it. */
export interface FunctionFacts {
  /** Its id and its short ids. */
  readonly ids: readonly string[];
  readonly name: string;
  /** Whether messages to it can have images. */
  readonly images?: true;
  /** Whether messages to it are known to be able to have documents. */
  readonly documents?: true;
  readonly price?: ModelPrice;
  readonly effort?: Effort;
  /** How a request for its thoughts is made in Anthropic's way; absent where that is not taken. */
  readonly thinking?: 'adaptive' | 'budget';
  readonly cache?: CacheFacts;
}

type CacheFacts = Pick<NonNullable<Traits['cache']>, 'minTokens' | 'ttls' | 'afterToolResults'>;

export interface Effort {
  readonly in: NonNullable<Traits['effortIn']>;
  readonly levels: NonNullable<Traits['thinking']>['effort'];
}

/** The text models that answer, and those with a price. */
export const functionFacts: readonly FunctionFacts[] = providers.flatMap((file) =>
  file.models
    .filter(({ output }) => output === 'TEXT')
    .filter(({ lifecycle, price }) => lifecycle.status !== 'ended' || price !== undefined)
    .map((model) => toFunctionFacts(model, file)),
);

function toFunctionFacts(model: ModelEntry, file: ProviderFile): FunctionFacts {
  const { id, shortIds = [], name, inputs, price } = model;
  const { documents, effortIn, thinking, cache, nativeSchema } = knownTraits(file, model.traits);
  return {
    ids: [id, ...shortIds],
    name,
    ...(inputs.includes('IMAGE') ? { images: true } : {}),
    ...(documents === true ? { documents } : {}),
    ...(price === undefined ? {} : { price }),
    ...(effortIn === undefined || thinking === undefined || thinking.effort.length === 0
      ? {}
      : { effort: { in: effortIn, levels: thinking.effort } }),
    ...(nativeSchema === 'anthropic' ? toThinking(thinking) : {}),
    ...(cache === undefined ? {} : { cache: toCache(cache) }),
  };
}

function toCache({ minTokens, ttls, afterToolResults }: CacheFacts): CacheFacts {
  return { minTokens, ttls, ...(afterToolResults === undefined ? {} : { afterToolResults }) };
}

function toThinking(thinking: Traits['thinking']): Pick<FunctionFacts, 'thinking'> {
  if (thinking?.adaptive === true) return { thinking: 'adaptive' };
  return thinking?.enabled === true ? { thinking: 'budget' } : {};
}

/** Returns the traits that are known, without what is assumed of the others. */
function knownTraits(file: ProviderFile, name: string): Partial<Traits> {
  const { like, ...own } = file.traits[name] ?? {};
  return like === undefined ? own : { ...knownTraits(file, like), ...own };
}
