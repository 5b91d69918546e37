import { createHash } from 'node:crypto';
import type { InputUsage } from '#local/bedrock/turn/answer.ts';
import { inputSegments } from '#local/bedrock/model/input-tokens.ts';
import type { CacheTtl, ModelTurn } from '#local/bedrock/turn/turn.ts';
import type { Clock } from '#local/process/clock.ts';

export interface PromptCache {
  /** Returns the usage of a turn's input, and adds the turn's prefixes to the cache. */
  account(turn: ModelTurn): InputUsage;
  clear(): void;
}

const ttlMs: Readonly<Record<CacheTtl, number>> = { '5m': 5 * 60_000, '1h': 60 * 60_000 };

/**
 * Prompt caching as Bedrock documents it. A prefix that ends at a cache point stays in the cache
 * for five minutes or an hour after its last use, and any caller can read it. A prefix that is
 * shorter than the model's minimum is not cached.
 */
export function createPromptCache(clock: Clock): PromptCache {
  const expiries = new Map<string, number>();
  return {
    account(turn) {
      const now = clock.now();
      for (const [key, expiry] of expiries) if (expiry <= now) expiries.delete(key);
      const { total, prefixes } = prefixesOf(turn);
      const read = prefixes.findLast(({ key }) => expiries.has(key))?.tokens ?? 0;
      for (const { key, ttl } of prefixes) expiries.set(key, now + ttlMs[ttl]);
      const writes = prefixes
        .filter(({ tokens }) => tokens > read)
        .map(({ ttl, tokens }, index, all) => ({
          ttl,
          tokens: tokens - (all[index - 1]?.tokens ?? read),
        }));
      const written = writes.reduce((sum, { tokens }) => sum + tokens, 0);
      return {
        inputTokens: total - read - written,
        cacheReadTokens: read,
        cacheWriteTokens: written,
        cacheWrites: writes,
      };
    },
    clear: () => expiries.clear(),
  };
}

interface Prefix {
  readonly key: string;
  readonly tokens: number;
  readonly ttl: CacheTtl;
}

/** Returns the tokens of a turn's input, and its cacheable prefixes, shortest first. */
function prefixesOf(turn: ModelTurn): {
  readonly total: number;
  readonly prefixes: readonly Prefix[];
} {
  const { id, traits } = turn.model;
  const minTokens = traits.cache?.minTokens ?? Infinity;
  const hash = createHash('sha256').update(id);
  const prefixes: Prefix[] = [];
  let tokens = 0;
  const segments = inputSegments(turn);
  const hasPoints = segments.some(({ type }) => type === 'cache-point');
  for (const segment of segments) {
    if (segment.type === 'content') {
      tokens += segment.tokens;
      if (hasPoints) hash.update(`\u0000${segment.hash()}`);
    } else if (tokens >= minTokens && prefixes.at(-1)?.tokens !== tokens) {
      prefixes.push({ key: hash.copy().digest('base64'), tokens, ttl: segment.ttl });
    }
  }
  return { total: tokens, prefixes };
}
