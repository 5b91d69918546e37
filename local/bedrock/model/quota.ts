import { BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import type { Usage } from '#local/bedrock/turn/answer.ts';
import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import type { Clock } from '#local/process/clock.ts';

/** The limits of an account for one model. */
export interface Quota {
  /** Requests per minute. */
  readonly rpm?: number | undefined;
  /** Tokens per minute. */
  readonly tpm?: number | undefined;
  readonly concurrency?: number | undefined;
}

export interface Quotas {
  /**
   * Reserves quota for a request. Throws a ThrottlingException if the quota is exceeded. As on
   * Bedrock, `tokens` is the whole input plus the maximum output, and settling frees what was not
   * used.
   */
  reserve(scope: QuotaScope, tokens: number): Reservation;
  clear(): void;
}

export interface QuotaScope {
  /** Requests with the same key count together. */
  readonly key: string;
  readonly model: ModelFacts;
  readonly quota: Quota;
}

export interface Reservation {
  /** Replaces the reserved tokens with the used ones, and ends the request. */
  settle(usage: Usage): void;
}

interface Window {
  running: number;
  /** The requests of the last minute. */
  charges: Charge[];
}

interface Charge {
  readonly at: number;
  tokens: number;
}

/** Creates the request counters. They count within a sliding window of one minute. */
export function createQuotas(clock: Clock): Quotas {
  const windows = new Map<string, Window>();
  return {
    reserve({ key, model, quota }, tokens) {
      const window = windows.get(key) ?? { running: 0, charges: [] };
      windows.set(key, window);
      const now = clock.now();
      window.charges = window.charges.filter(({ at }) => at > now - 60_000);
      const used = window.charges.reduce((sum, charge) => sum + charge.tokens, 0);
      if (window.running >= (quota.concurrency ?? Infinity)) throw tooMany('requests');
      if (window.charges.length >= (quota.rpm ?? Infinity)) throw tooMany('requests');
      if (used + tokens > (quota.tpm ?? Infinity)) throw tooMany('tokens');
      const charge = { at: now, tokens };
      window.charges.push(charge);
      window.running += 1;
      return {
        settle(usage) {
          window.running -= 1;
          charge.tokens = countedTokens(model, usage);
        },
      };
    },
    clear: () => windows.clear(),
  };
}

/** Output counts several times on some models. Cache reads do not count. */
function countedTokens({ traits }: ModelFacts, usage: Usage): number {
  const output = usage.outputTokens * traits.quotaPerOutputToken;
  return usage.inputTokens + usage.cacheWriteTokens + output;
}

function tooMany(what: 'requests' | 'tokens'): BedrockError {
  const message = `Too many ${what}, please wait before trying again.`;
  return new BedrockError('ThrottlingException', message);
}
