import { staysWithin, type FallbackChains } from '#domain/fallbacks.ts';
import type { SpendingLimits } from '#domain/spending.ts';

/** Where turns are kept. */
export interface StoreEnvironment {
  readonly conversationsTable: string;
  /** The bucket for answers that are too large for the table. */
  readonly answersBucket: string;
}

/** What a function that knows what owners spend is told by its environment variables. */
export interface LedgerEnvironment extends StoreEnvironment {
  readonly limits: SpendingLimits;
}

/** What a chat function is told by its environment variables. */
export interface ChatEnvironment extends LedgerEnvironment {
  /** The models a request may name; the first is the one for requests that name none. */
  readonly models: readonly [string, ...string[]];
  /** Who answers in the place of a model that is not there. */
  readonly fallbacks: FallbackChains;
  /** The most tokens an answer may have, and the number asked for when a request gives none. */
  readonly maxOutputTokens: number;
  /** About how many tokens of what was said before the model is shown at most. */
  readonly maxHistoryTokens: number;
  /** Whether callers without any identity are let in. */
  readonly allowAnonymous: boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the environment of a chat function. Throws an error that names the variable at fault. */
export function readChatEnvironment(variables: Variables): ChatEnvironment {
  const [model, ...others] = required(variables, 'MODELS').split(',');
  if (model === undefined || model === '') throw new Error('MODELS: must name at least one model');
  return {
    ...readLedgerEnvironment(variables),
    models: [model, ...others],
    fallbacks: readFallbacks(variables['MODEL_FALLBACKS'] ?? '', [model, ...others]),
    maxOutputTokens: count(variables, 'MAX_OUTPUT_TOKENS'),
    maxHistoryTokens: count(variables, 'MAX_HISTORY_TOKENS'),
    allowAnonymous: variables['ALLOW_ANONYMOUS'] === 'true',
  };
}

/** Reads where turns are kept. Throws an error that names the variable at fault. */
export function readStoreEnvironment(variables: Variables): StoreEnvironment {
  return {
    conversationsTable: required(variables, 'CONVERSATIONS_TABLE'),
    answersBucket: required(variables, 'ANSWERS_BUCKET'),
  };
}

/** Reads what owners may spend. Throws an error that names the variable at fault. */
export function readLedgerEnvironment(variables: Variables): LedgerEnvironment {
  return {
    ...readStoreEnvironment(variables),
    limits: {
      requestsPerMinute: count(variables, 'REQUESTS_PER_MINUTE'),
      tokensPerDay: count(variables, 'TOKENS_PER_DAY'),
      nanoUsdPerDay: count(variables, 'USD_PER_DAY') * 1e9,
    },
  };
}

/** Chains are written `a>b>c`, and separated by commas. */
function readFallbacks(text: string, models: readonly string[]): FallbackChains {
  const chains = text.split(',').filter((chain) => chain !== '');
  const entries = chains.map((chain) => {
    const [modelId = '', ...fallbacks] = chain.split('>');
    for (const id of [modelId, ...fallbacks]) {
      if (!models.includes(id)) throw new Error(`MODEL_FALLBACKS: ${id} must be one of MODELS`);
      if (staysWithin(modelId, id)) continue;
      throw new Error(`MODEL_FALLBACKS: ${id} would answer outside of where ${modelId} may`);
    }
    return [modelId, fallbacks] as const;
  });
  return Object.fromEntries(entries);
}

function count(variables: Variables, name: string): number {
  const value = Number(required(variables, name));
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${name}: must be a whole number above 0`);
  return value;
}

function required(variables: Variables, name: string): string {
  const value = variables[name];
  if (value === undefined || value === '') throw new Error(`${name}: must be set`);
  return value;
}
