import { BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import type { Usage } from '#local/bedrock/turn/answer.ts';
import type { ModelFacts } from '#local/bedrock/model/models.ts';
import type { Clock } from '#local/process/clock.ts';

/** What an account may ask of a model. */
export interface Quota {
  /** Requests, and tokens, a minute. */
  readonly rpm?: number | undefined;
  readonly tpm?: number | undefined;
  readonly concurrency?: number | undefined;
}

export interface Quotas {
  /**
   * Takes a request's share, or throws a ThrottlingException. Tokens are reserved as Bedrock does
   * it: all of the input and all that the answer may have; what was not used is given back.
   */
  take(share: Share, reservedTokens: number): Reservation;
  clear(): void;
}

export interface Share {
  /** What is counted together. */
  readonly key: string;
  readonly model: ModelFacts;
  readonly quota: Quota;
}

export interface Reservation {
  settle(usage: Usage): void;
}

interface Window {
  running: number;
  /** What was taken in the last minute: when, and how many tokens. */
  taken: Taken[];
}

interface Taken {
  readonly at: number;
  tokens: number;
}

export function createQuotas(clock: Clock): Quotas {
  const windows = new Map<string, Window>();
  return {
    take({ key, model, quota }, reservedTokens) {
      const window = windows.get(key) ?? { running: 0, taken: [] };
      windows.set(key, window);
      const now = clock.now();
      window.taken = window.taken.filter(({ at }) => at > now - 60_000);
      const used = window.taken.reduce((sum, { tokens }) => sum + tokens, 0);
      if (window.running >= (quota.concurrency ?? Infinity)) throw tooMany('requests');
      if (window.taken.length >= (quota.rpm ?? Infinity)) throw tooMany('requests');
      if (used + reservedTokens > (quota.tpm ?? Infinity)) throw tooMany('tokens');
      const taken = { at: now, tokens: reservedTokens };
      window.taken.push(taken);
      window.running += 1;
      return {
        settle(usage) {
          window.running -= 1;
          taken.tokens = settled(model, usage);
        },
      };
    },
    clear: () => windows.clear(),
  };
}

/** Output counts five times on Claude from 3.7 on; what was read from the cache not at all. */
function settled({ provider }: ModelFacts, usage: Usage): number {
  const burn = provider === 'Anthropic' ? 5 : 1;
  return usage.inputTokens + usage.cacheWriteTokens + usage.outputTokens * burn;
}

function tooMany(what: 'requests' | 'tokens'): BedrockError {
  const message = `Too many ${what}, please wait before trying again.`;
  return new BedrockError('ThrottlingException', message);
}
