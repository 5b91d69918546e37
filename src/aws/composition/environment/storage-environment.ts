import {
  type Variables,
  readCount,
  requireVariable,
} from '#aws/composition/environment/variables.ts';
import type { SpendingLimits } from '#domain/spending/ledger.ts';

/** The table that stores everything. */
export interface TableEnvironment {
  readonly conversationsTable: string;
}

/** The storage of turns. */
export interface StoreEnvironment extends TableEnvironment {
  /** The bucket for answers that are too large for the table. */
  readonly answersBucket: string;
}

/** The environment of a function that limits spending. */
export interface LedgerEnvironment extends TableEnvironment {
  readonly limits: SpendingLimits;
}

/** The environment of a function that answers one-shot requests. */
export interface OneShotEnvironment extends StoreEnvironment, LedgerEnvironment {}

export function readTableEnvironment(variables: Variables): TableEnvironment {
  return { conversationsTable: requireVariable(variables, 'CONVERSATIONS_TABLE') };
}

/** Reads the storage of turns. Throws an error that names the variable at fault. */
export function readStoreEnvironment(variables: Variables): StoreEnvironment {
  return {
    ...readTableEnvironment(variables),
    answersBucket: requireVariable(variables, 'ANSWERS_BUCKET'),
  };
}

/** Reads the spending limits. Throws an error that names the variable at fault. */
export function readLedgerEnvironment(variables: Variables): LedgerEnvironment {
  return {
    ...readTableEnvironment(variables),
    limits: {
      requestsPerMinute: readCount(variables, 'REQUESTS_PER_MINUTE'),
      tokensPerDay: readCount(variables, 'TOKENS_PER_DAY'),
      nanoUsdPerDay: readCount(variables, 'USD_PER_DAY') * 1e9,
    },
  };
}

/** Reads the environment of one-shot requests. Throws an error that names the variable at fault. */
export function readOneShotEnvironment(variables: Variables): OneShotEnvironment {
  return { ...readStoreEnvironment(variables), ...readLedgerEnvironment(variables) };
}
